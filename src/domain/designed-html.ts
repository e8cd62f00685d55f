import sanitizeHtml from 'sanitize-html'
import {
  declarationsIn,
  designElements,
  designStyles,
  everywhere,
  hides,
  mayBe,
  mayHave,
  mayStandIn,
} from './design-rules.ts'
import { isOwnPicture } from './picture.ts'
import { Problem } from './problem.ts'

/** What of a design is not in the mail: so often, by its name in HTML or CSS, or by its address. */
export type LeftOut = { kind: 'part' | 'style-sheet' | 'picture' | 'link'; name: string; count: number }

/** Left out with all that is in them: their words are no words of the mail. */
const unread = (
  'script style title textarea option select noscript iframe object embed applet svg math video audio canvas template ' +
  'noframes noembed xmp plaintext button datalist'
).split(' ')
/** What a whole page has around its body; nothing is lost with them. */
const frame = ['html', 'head', 'body', 'meta', 'title']
/** A mail of tables has some thirty; what goes on for ever would also be read for ever. */
const deepest = 100

const allowedAttributes = {
  ...Object.fromEntries([...designElements].map(([name, own]) => [name, [...own]])),
  '*': everywhere,
}

/**
 * Makes a design one that can only be looked at, and that ends where it ends: what stands after it in a mail is neither in it nor
 * under it. Elements, attributes and styles are those of design-rules.ts; pictures are ours; comments go. The library writes it anew
 * from what it understood, so nothing of it can be understood otherwise.
 * @throws Problem `invalid-input` for one that is nested without end.
 */
export function readDesign(source: string): { html: string; leftOut: LeftOut[] } {
  const notes = new Map<string, LeftOut>()
  const note = (kind: LeftOut['kind'], name: string) => {
    const key = `${kind} ${name}`
    const { count } = notes.get(key) ?? { count: 0 }
    notes.set(key, { kind, name: name.slice(0, 120), count: count + 1 })
  }
  for (const _ of source.matchAll(/<!--/g)) note('part', '<!-- -->')
  const open: { name: string; stands: boolean }[] = []
  const fate = new WeakMap<object, boolean | 'excludeTag'>()
  let unreadSince: number | null = null

  const html = sanitizeHtml(source, {
    allowedTags: [...designElements.keys()],
    allowedAttributes,
    allowedStyles: { '*': designStyles },
    allowedSchemes: ['https', 'http', 'mailto'],
    allowProtocolRelative: false,
    nonTextTags: unread,
    onOpenTag: (name) => {
      if (open.length >= deepest) throw tooDeep(name)
      const isUnread = unreadSince !== null
      const outer = open.filter(({ stands }) => stands).map((each) => each.name)
      const stands = !isUnread && designElements.has(asElement(name)) && mayStandIn(asElement(name), outer)
      if (!isUnread && !stands && !frame.includes(name)) note(...nameOf(name, outer.at(-1)))
      if (!isUnread && unread.includes(name)) unreadSince = open.length
      open.push({ name: asElement(name), stands })
    },
    onCloseTag: () => {
      open.pop()
      if (unreadSince !== null && open.length <= unreadSince) unreadSince = null
    },
    transformTags: {
      '*': (name, given) => {
        const tagName = asElement(name)
        const stands = open.at(-1)?.stands === true
        const attribs = stands ? attributesOf(tagName, name === 'body' ? colouredLike(given) : given, note) : {}
        const isElsewhere = stands && tagName === 'img' && !isOwnPicture(given['src'] ?? '')
        if (isElsewhere) note('picture', given['src'] ?? '')
        const isHidden = 'hidden' in given || declarationsIn(given['style'] ?? '').some(hides)
        fate.set(attribs, stands ? isElsewhere || isHidden : 'excludeTag')
        return { tagName, attribs }
      },
    },
    exclusiveFilter: ({ attribs }) => fate.get(attribs) ?? true,
  })
  return { html, leftOut: [...notes.values()] }
}

/** The body of a whole page is a part of ours, in its own colour. */
function asElement(name: string): string {
  return name === 'body' ? 'div' : name
}

/** A part has its colour in its style. */
function colouredLike({ bgcolor, ...given }: Record<string, string>): Record<string, string> {
  return bgcolor === undefined ? given : { ...given, style: `background-color:${bgcolor};${given['style'] ?? ''}` }
}

function tooDeep(name: string): Problem {
  return new Problem(
    'invalid-input',
    `the design has elements in each other more than ${deepest} deep, here at <${name.slice(0, 40)}>; close what is open`,
  )
}

/** An element that is none of ours, or one of ours in a place where it cannot be. */
function nameOf(name: string, parent: string | undefined): [LeftOut['kind'], string] {
  if (name === 'style') return ['style-sheet', '<style>']
  const here = designElements.has(name) && parent !== undefined
  return ['part', here ? `<${parent}><${name}>` : `<${name}>`]
}

/** The attributes that an element keeps. Its style is cut down by the library; here it is only told what goes. */
function attributesOf(
  element: string,
  given: Record<string, string>,
  note: (kind: LeftOut['kind'], name: string) => void,
): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const may = mayHave(element, name, value)
    if (name === 'href' && may === true && !isFollowed(value)) note('link', value)
    else if (may === true) kept[name] = value
    else if (may === false) note('part', name)
  }
  for (const declaration of declarationsIn(given['style'] ?? '')) {
    if (!mayBe(declaration))
      note('part', hides(declaration) ? `${declaration.name}: ${declaration.value}` : declaration.name)
  }
  return kept
}

/** Whether a mail program follows an address, or takes it for a place near the mail. Browsers pass over spaces and controls in it. */
function isFollowed(url: string): boolean {
  // oxlint-disable-next-line no-control-regex
  const bare = url.replaceAll(/[\u0000-\u0020]/g, '')
  return /^(?:https?|mailto):/i.test(bare) || !/^(?:[a-z][a-z\d+.-]*:|[\\/]{2})/i.test(bare)
}
