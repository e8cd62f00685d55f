import { Problem } from './problem.ts'

/** What draws, and nothing that runs, moves, loads or holds another language. */
const elements = new Set(
  (
    'svg g defs symbol use title desc metadata style path rect circle ellipse line polyline polygon text tspan ' +
    'linearGradient radialGradient stop pattern clipPath mask marker filter feBlend feColorMatrix feComposite ' +
    'feDropShadow feFlood feGaussianBlur feMerge feMergeNode feOffset'
  ).split(' '),
)

/**
 * What may stand nowhere in the text, whether it would be an attribute, a style or only words: nothing is parsed, so nothing
 * can be parsed otherwise than a browser does. Whatever else could spell these (a doctype's entities, numbered characters,
 * escapes in styles) is refused as well.
 */
const refused: readonly [what: string, pattern: RegExp][] = [
  ['an event handler', /(?<![\w:.-])on[a-z]+\s*=/i],
  ['a link to elsewhere', /href\s*=(?!\s*["']#)/i],
  ['a reference to elsewhere', /url\((?!\s*(?:["']|&quot;|&apos;)?\s*#)/i],
  ['a base address', /xml:base/i],
  ['an imported style', /@import|(?:image|image-set|cross-fade|src)\(/i],
  ['a backslash', /\\/],
  ['a character reference', /&(?!(?:amp|lt|gt|quot|apos);)/],
  ['elements of another language', /\sxmlns\s*=(?!\s*["']http:\/\/www\.w3\.org\/2000\/svg["'])/],
]

const root = /^\uFEFF?\s*(?:<\?xml\s[^<>]*\?>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*(<svg\s[^<>]*>).*<\/svg>\s*$/s

/**
 * The size that an SVG says to have: that of its view box. It must be one that can only be looked at (SVG 2 section 2.7: no
 * scripts, no external references), whoever opens it and however.
 * @param what names it in the error.
 * @throws Problem `invalid-input`
 */
export function svgSize(what: string, bytes: Uint8Array): { width: number; height: number } {
  const text = textOf(bytes)
  const why = text && /<svg\s/.test(text) ? whyRefused(text) : null
  if (why !== null)
    throw new Problem(
      'invalid-input',
      `${what} may only hold what can be looked at, and has ${why}; save it as a plain SVG with text as paths, or as PNG`,
    )
  const [, start] = root.exec(text ?? '') ?? []
  if (start === undefined || !/\sxmlns\s*=/.test(start))
    throw new Problem('invalid-input', `${what} must be a PNG or an SVG in UTF-8; this file is neither`)
  const box =
    /\sviewBox\s*=\s*["']\s*([^"']*?)\s*["']/
      .exec(start)?.[1]
      ?.split(/[\s,]+/)
      .map(Number) ?? []
  const [, , width = 0, height = 0] = box
  if (box.length !== 4 || !(width > 0 && height > 0 && width < Infinity && height < Infinity))
    throw new Problem(
      'invalid-input',
      `${what} must say its size as viewBox="0 0 WIDTH HEIGHT", so that it can be scaled`,
    )
  return { width, height }
}

function whyRefused(text: string): string | null {
  for (const [tag, name = ''] of text.matchAll(/<(?:\/?([^\s/>]*))/g)) {
    const ours = elements.has(name) || name.startsWith('!--') || (name === '?xml' && /^\uFEFF?\s*<\?xml\s/.test(text))
    if (!ours) return `${tag.slice(0, 30)}>`
  }
  return refused.find(([, pattern]) => pattern.test(text))?.[0] ?? null
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
