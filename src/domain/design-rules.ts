/** What a designed mail is made of: what mail programs draw, and nothing that runs, loads, moves or lies over what stands after it. */

const table = ['border', 'cellpadding', 'cellspacing', 'role']
const cell = ['colspan', 'rowspan', 'scope']
/** Elements by name, with the attributes that each may have besides `everywhere`. */
export const designElements: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...'div center p h1 h2 h3 h4 h5 h6 ul li blockquote hr pre span b strong i em u s small sub sup br code'
    .split(' ')
    .map((name): [string, string[]] => [name, []]),
  ...['thead', 'tbody', 'tfoot', 'tr'].map((name): [string, string[]] => [name, []]),
  ['table', table],
  ['td', cell],
  ['th', cell],
  ['ol', ['start', 'type']],
  ['a', ['href']],
  ['img', ['src', 'alt', 'border']],
  ['font', ['color', 'face', 'size']],
])
export const everywhere = ['style', 'align', 'valign', 'width', 'height', 'bgcolor', 'dir', 'lang', 'title']

const size = /^\d{1,4}%?$/
const colour = /^#?[a-z\d]{1,20}$/i
const word = /^[a-z\d]{1,20}$/i
/** What may stand in an attribute; one that is not here may hold anything, or is looked at elsewhere. */
const attributeValues: ReadonlyMap<string, RegExp> = new Map([
  ...['width', 'height', 'border', 'cellpadding', 'cellspacing', 'colspan', 'rowspan', 'start'].map(
    (name): [string, RegExp] => [name, size],
  ),
  ...['bgcolor', 'color'].map((name): [string, RegExp] => [name, colour]),
  ...['align', 'valign', 'dir', 'scope', 'type'].map((name): [string, RegExp] => [name, word]),
  ['size', /^[+-]?\d$/],
  ['face', /^[\w ,'-]{1,100}$/],
  ['lang', /^[a-z\d-]{1,35}$/i],
  ['role', /^(?:presentation|none)$/],
])

/** Left out without a word: they name parts for style sheets and programs, or say again what is so anyway. */
const unsaid = /^(?:class|id|name|target|rel|summary|nowrap|xmlns(?::\w+)?|(?:aria|data|xml)[-:][\w-]+)$/

/** Whether an element may have that attribute with that value; null where it has none and that is not worth a word. */
export function mayHave(element: string, attribute: string, value: string): boolean | null {
  if (unsaid.test(attribute)) return null
  const own = designElements.get(element) ?? []
  if (!own.includes(attribute) && !everywhere.includes(attribute)) return false
  return attributeValues.get(attribute)?.test(value.trim()) ?? true
}

// Nothing in a value can name an address, escape a character or reach below zero, and no length is longer than a hand.
const number = String.raw`(?:\d{1,4}(?:\.\d{1,4})?|\.\d{1,4})(?:px|pt|em|rem|ex|ch|%)?`
const part = [
  number,
  String.raw`#[\da-f]{3,8}`,
  String.raw`(?:rgb|hsl)a?\([\d\s.,%/]{1,40}\)`,
  String.raw`-?[a-z][a-z-]{0,30}`,
  String.raw`'[\w ,.-]{1,40}'`,
  String.raw`"[\w ,.-]{1,40}"`,
].join('|')
const plain = new RegExp(String.raw`^(?:${part})(?:[\s,/]{1,5}(?:${part})){0,20}$`, 'i')
const spacing = new RegExp(String.raw`^(?:normal|-?${number})$`, 'i')
const boxes = /^(?:block|inline|inline-block|inline-table|list-item|table|table-cell|table-row|table-row-group)$/i

const sides = ['', '-top', '-right', '-bottom', '-left']
/** CSS properties by name, with what each may be. Nothing here takes a part out of its place among the others. */
export const designStyles: Record<string, RegExp[]> = Object.fromEntries([
  ...(
    'background background-color color font font-family font-size font-style font-weight line-height text-align ' +
    'text-decoration text-transform vertical-align white-space word-break word-wrap overflow-wrap direction width ' +
    'min-width max-width height min-height max-height border-radius border-collapse border-spacing table-layout ' +
    'list-style list-style-type list-style-position float clear overflow box-sizing -webkit-text-size-adjust ' +
    '-ms-text-size-adjust -ms-interpolation-mode mso-table-lspace mso-table-rspace mso-line-height-rule mso-padding-alt ' +
    'border-top-left-radius border-top-right-radius border-bottom-left-radius border-bottom-right-radius'
  )
    .split(' ')
    .concat(sides.flatMap((side) => [`margin${side}`, `padding${side}`, `border${side}`]))
    .concat(sides.flatMap((side) => ['color', 'style', 'width'].map((what) => `border${side}-${what}`)))
    .map((name): [string, RegExp[]] => [name, [plain]]),
  ['letter-spacing', [spacing]],
  ['word-spacing', [spacing]],
  ['display', [boxes]],
])

/** The declarations of a style attribute, roughly: only what is said about it rests on this. */
export function declarationsIn(style: string): { name: string; value: string }[] {
  return style.split(';').flatMap((declaration) => {
    const [name = '', ...value] = declaration.split(':')
    const text = value.join(':').replace(/!\s*important\s*$/i, '')
    return name.trim() === '' ? [] : [{ name: name.trim(), value: text.trim() }]
  })
}

/** Whether a declaration is one of `designStyles`. */
export function mayBe({ name, value }: { name: string; value: string }): boolean {
  return designStyles[name]?.some((pattern) => pattern.test(value)) ?? false
}

/** Whether an element with that style is there and not seen. */
export function hides({ name, value }: { name: string; value: string }): boolean {
  return /^(?:display:none|visibility:(?:hidden|collapse)|mso-hide:all)$/i.test(`${name}:${value}`)
}

/** What ends a paragraph by beginning, wherever within it. */
const blocks = 'div center p h1 h2 h3 h4 h5 h6 ul ol table blockquote hr pre'.split(' ')
const rows = ['thead', 'tbody', 'tfoot']
const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
/**
 * Whether an element may stand within these, the outermost first. A reader of HTML moves or closes what stands elsewhere (HTML
 * Standard section 13.2.6), and then what was written as closed would be open: so what stands elsewhere is left out.
 */
export function mayStandIn(element: string, outer: readonly string[]): boolean {
  const parent = outer.at(-1) ?? ''
  if (rows.includes(element)) return parent === 'table'
  if (element === 'tr') return parent === 'table' || rows.includes(parent)
  if (element === 'td' || element === 'th') return parent === 'tr'
  if (element === 'li') return parent === 'ul' || parent === 'ol'
  if (['table', 'tr', 'ul', 'ol', ...rows].includes(parent)) return false
  if (blocks.includes(element) && outer.includes('p')) return false
  if (headings.includes(element)) return !outer.some((name) => headings.includes(name))
  return element !== 'a' || !outer.includes('a')
}
