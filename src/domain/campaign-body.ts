import { convert } from 'html-to-text'
import MarkdownIt from 'markdown-it'
import sanitizeHtml from 'sanitize-html'
import { cutAtMarks, holdsMarks, markFor } from './marks.ts'
import { isOwnPicture } from './picture.ts'
import { Problem } from './problem.ts'

/** What a marketer may put into a body: `{{name}}`, or `{{name|there}}` with a word for people whose name we don't know. */
const fields = ['name'] as const
export type Field = { field: (typeof fields)[number]; fallback: string }

/** What a body is written in. */
export type BodyFormat = 'markdown' | 'html'

/** A body made ready once: HTML and text, each with marks where `fields[number]` is filled in per person. */
export type Body = { html: string; text: string; fields: Field[] }

const longestBody = 200_000
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
 * Turns a marketer's Markdown into both parts of a mail. There is no template engine on this path: the only thing
 * that is not plain Markdown is a field, and a field is only ever filled in as text (I-24).
 * @throws Problem `invalid-input` for an unknown or unclosed field, a field inside an address, an empty or too long
 * body, or control characters.
 */
export function readBody(source: string): Body {
  const text = source.normalize('NFC').replace(/\r\n?/g, '\n')
  if (text.trim() === '') throw new Problem('invalid-input', 'the body is empty; write some Markdown')
  if (text.length > longestBody) {
    throw new Problem('invalid-input', `the body has ${text.length} characters; at most ${longestBody} are allowed`)
  }
  // oxlint-disable-next-line no-control-regex
  if (holdsMarks(text) || /[\u0000-\u0008\u000B-\u001F\u007F]/.test(text)) {
    throw new Problem('invalid-input', 'the body holds control or private-use characters; remove them')
  }
  const found: Field[] = []
  const marked = text.replaceAll(fieldPattern, (_, inner: string) => markFor(found.push(fieldOf(inner)) - 1))
  if (/\{\{|\}\}/.test(marked)) {
    throw new Problem(
      'invalid-input',
      'the body has "{{" or "}}" without its other half; a field is written {{name}} or {{name|there}}',
    )
  }
  const html = sanitizeHtml(markdown.render(marked), allowed)
  const marksIn = cutAtMarks(html).filter((piece) => typeof piece === 'number').length
  if (marksIn !== found.length) {
    throw new Problem('invalid-input', 'a field stands inside a link or an address; fields may only stand in text')
  }
  return { html, text: plainText(html), fields: found }
}

function fieldOf(inner: string): Field {
  const [name = '', ...rest] = inner.split('|')
  const field = fields.find((known) => known === name.trim())
  if (!field) {
    throw new Problem(
      'invalid-input',
      `unknown field {{${inner}}}; known: ${fields.map((known) => `{{${known}}}`).join(', ')}`,
    )
  }
  return { field, fallback: rest.join('|').trim() }
}

/** The text part: what the HTML says, with addresses written out after their link. */
export function plainText(html: string): string {
  return convert(withoutPictures(html), {
    wordwrap: 72,
    selectors: [
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'] } },
      ...['h1', 'h2', 'h3', 'h4'].map((selector) => ({ selector, options: { uppercase: false } })),
      { selector: 'table', format: 'dataTable' },
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
