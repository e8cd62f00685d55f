import { convert, type SelectorDefinition } from 'html-to-text'
import MarkdownIt from 'markdown-it'
import sanitizeHtml from 'sanitize-html'
import { readDesign, type LeftOut } from './designed-html.ts'
import { cutAtMarks, holdsMarks, markFor } from './marks.ts'
import { isOwnPicture } from './picture.ts'
import { Problem } from './problem.ts'

/** What a marketer may put into a body: `{{name}}`, or `{{name|there}}` with a word for people whose name we don't know. */
const knownFields = ['name'] as const
export type Field = { field: (typeof knownFields)[number]; fallback: string }

/** What a body is written in. */
export type BodyFormat = (typeof bodyFormats)[number]

export const bodyFormats = ['markdown', 'html'] as const

/** A body made ready once: HTML and text, each with marks where `fields[number]` is filled in per person. */
export type Body = {
  format: BodyFormat
  html: string
  text: string
  fields: Field[]
  /** What a design holds that does not go out; nothing of Markdown. */
  leftOut: LeftOut[]
}

const longestBody = 200_000
/** Some programs cut a mail off at 102 kB, and with it what stands under every mail: a design leaves room for that. */
const heaviestDesign = 90_000
const fieldPattern = /\{\{([^{}]*)\}\}/g

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false })
const allowed: sanitizeHtml.IOptions = {
  allowedTags: [
    'p',
    'br',
    'h1',
    'h2',
    'h3',
    'h4',
    'ul',
    'ol',
    'li',
    'strong',
    'em',
    's',
    'a',
    'blockquote',
    'hr',
    'code',
    'pre',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'img',
  ],
  allowedAttributes: { a: ['href', 'title'], ol: ['start'], img: ['src', 'alt'] },
  allowedSchemes: ['https', 'http', 'mailto'],
  allowProtocolRelative: false,
  // A picture from elsewhere would tell that house who opened the mail: only ours, the same address for everybody.
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !isOwnPicture(attribs['src'] ?? ''),
}

/**
 * Turns what a marketer wrote into both parts of a mail: Markdown, or a design in HTML. There is no template engine on this path: the
 * only thing that is filled in is a field, and a field is only ever filled in as text (I-24).
 * @throws Problem `invalid-input` for an unknown or unclosed field, a field inside an address, an empty or too long
 * body, or control characters.
 */
export function readBody(source: string, format: BodyFormat): Body {
  const text = source.normalize('NFC').replace(/\r\n?/g, '\n')
  if (text.trim() === '') throw new Problem('invalid-input', 'the body is empty; write some Markdown or HTML')
  if (text.length > longestBody) {
    throw new Problem('invalid-input', `the body has ${text.length} characters; at most ${longestBody} are allowed`)
  }
  requirePlain(text)
  return format === 'html' ? designed(text) : written(text)
}

function written(source: string): Body {
  const fields: Field[] = []
  const html = sanitizeHtml(markdown.render(marked(source, fields)), allowed)
  const marks = cutAtMarks(html).filter((piece) => typeof piece === 'number')
  if (marks.join() !== [...fields.keys()].join()) throw misplacedField()
  return { format: 'markdown', html, text: plainText(html), fields, leftOut: [] }
}

/** Fields are looked for in what is left: braces are part of style sheets, and what is left out has no fields. */
function designed(source: string): Body {
  const { html: safe, leftOut } = readDesign(source)
  requirePlain(safe)
  const fields: Field[] = []
  // Every "<" and ">" of a text was escaped, so that a tag ends at the first ">" after it.
  const html = safe.replaceAll(/(<[^>]*>)|[^<]+/g, (piece, tag: string | undefined) => {
    if (tag === undefined) return marked(piece, fields, unescaped)
    if (/\{\{|\}\}/.test(tag)) throw misplacedField()
    return tag
  })
  const text = designText(html)
  if (text.trim() === '') {
    throw new Problem(
      'invalid-input',
      'nothing of the design can be read; write words, or say in alt what pictures show',
    )
  }
  const bytes = Buffer.byteLength(html)
  if (bytes > heaviestDesign) {
    throw new Problem(
      'invalid-input',
      `the design weighs ${bytes} bytes; at most ${heaviestDesign} are allowed, because some programs cut a heavier mail off`,
    )
  }
  return { format: 'html', html, text, fields, leftOut }
}

function requirePlain(text: string): void {
  // oxlint-disable-next-line no-control-regex
  if (holdsMarks(text) || /[\u0000-\u0008\u000B-\u001F\u007F]/.test(text)) {
    throw new Problem('invalid-input', 'the body holds control or private-use characters; remove them')
  }
}

/** A text with a mark in the place of each field, which is added to `found`. */
function marked(text: string, found: Field[], read = (inner: string) => inner): string {
  const done = text.replaceAll(fieldPattern, (_, inner: string) => markFor(found.push(fieldOf(read(inner))) - 1))
  if (/\{\{|\}\}/.test(done)) {
    throw new Problem(
      'invalid-input',
      'the body has "{{" or "}}" without its other half; a field is written {{name}} or {{name|there}}',
    )
  }
  return done
}

function misplacedField(): Problem {
  return new Problem('invalid-input', 'a field stands inside a link or an address; fields may only stand in text')
}

/** The characters that a sanitised text or attribute stands for. */
export function unescaped(html: string): string {
  return html.replaceAll(/&(amp|lt|gt|quot);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>' })[name] ?? '"')
}

function fieldOf(inner: string): Field {
  const [name = '', ...rest] = inner.split('|')
  const field = knownFields.find((known) => known === name.trim())
  if (!field) {
    throw new Problem(
      'invalid-input',
      `unknown field {{${inner}}}; known: ${knownFields.map((known) => `{{${known}}}`).join(', ')}`,
    )
  }
  return { field, fallback: rest.join('|').trim() }
}

/** The text part: what the HTML says, with addresses written out after their link. */
export function plainText(html: string): string {
  return textOf(html, [{ selector: 'table', format: 'dataTable' }])
}

/** The same of a design, whose tables are there for its look: each cell is a part of its own. */
function designText(html: string): string {
  const cell = { leadingLineBreaks: 1, trailingLineBreaks: 1 }
  return textOf(html, [
    { selector: 'table', format: 'block' },
    ...['td', 'th'].map((selector) => ({ selector, format: 'block', options: cell })),
  ])
}

function textOf(html: string, tables: SelectorDefinition[]): string {
  return convert(withoutPictures(html), {
    wordwrap: 72,
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
      ...tables,
    ],
  })
}

/** Words in the place of pictures, for who reads the text part. */
function withoutPictures(html: string): string {
  return html.replaceAll(/<img\b[^>]*>/g, (img) => /\balt="([^"]*)"/.exec(img)?.[1] ?? '')
}

/** The same HTML for a mailbox, where an address of a picture has to name our house. */
export function mailboxHtml(html: string, publicUrl: string): string {
  return html.replaceAll('src="/picture/', () => `src="${publicUrl}/picture/`)
}
