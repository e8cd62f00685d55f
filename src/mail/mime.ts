import MailComposer from 'nodemailer/lib/mail-composer'
import * as quotedPrintable from 'nodemailer/lib/qp'
import type { Cut } from '../domain/marks.ts'
import type { Sender } from '../domain/sender.ts'

/**
 * A mail as written once for everybody in one language: constant headers, and both parts cut at the marks that are
 * filled in per person. `headers` are our own, ASCII, one line each.
 */
export type Letter = {
  from: Sender
  replyTo: string | null
  subject: string
  headers: Readonly<Record<string, string>>
  text: Cut
  html: Cut
}

/** What one person's copy adds. `values[n]` fills mark n, as plain text; `headers` as in {@link Letter}. */
export type Copy = {
  to: string
  messageId: string
  date: Date
  headers: Readonly<Record<string, string>>
  values: readonly string[]
}

/** Fills the prebuilt mail for one person: the whole MIME text, its bytes as latin1 characters, CRLF line ends. */
export type Fill = (copy: Copy) => string

// Not ASCII, so that the composer declares both parts as quoted-printable.
const textPlace = 'courtesy-text-é'
const htmlPlace = 'courtesy-html-é'

/**
 * Builds a mail once with Nodemailer's composer and gives a function that fills it per person by concatenation.
 * Every value stands on its own soft-broken quoted-printable line (RFC 2045 section 6.7), so that lines stay legal
 * whatever it holds, and no value can reach the headers or the structure.
 */
export async function prebuild(letter: Letter): Promise<Fill> {
  const built = await new MailComposer({
    from: { name: letter.from.name, address: letter.from.address },
    ...(letter.replyTo ? { replyTo: letter.replyTo } : {}),
    subject: letter.subject,
    text: textPlace,
    html: htmlPlace,
    textEncoding: 'quoted-printable',
    date: new Date(0),
    messageId: '<courtesy>',
  })
    .compile()
    .build()
  const whole = built.toString('latin1').replaceAll(/\r?\n/g, '\r\n')
  const constant = withoutHeaders(whole, ['Date', 'Message-ID'])
  const [own, structure] = splitOnce(constant, '\r\n\r\n')
  const [parts, rest] = splitOnce(structure, quotedPrintable.encode(textPlace))
  const [middle, tail] = splitOnce(rest, quotedPrintable.encode(htmlPlace))
  const letterHeaders = headerLines(letter.headers)
  const textPieces = encodedPieces(letter.text, (value) => value)
  const htmlPieces = encodedPieces(letter.html, escapedHtml)
  return (copy) =>
    `${headerLines({ ...copy.headers, To: copy.to, 'Message-ID': copy.messageId, Date: mailDate(copy.date) })}${letterHeaders}${own}\r\n\r\n${parts}${filled(textPieces, copy.values)}${middle}${filled(htmlPieces, copy.values)}${tail}`
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  if (index < 0) throw new Error(`the composed mail has no "${at.trim()}"`)
  return [text.slice(0, index), text.slice(index + at.length)]
}

function withoutHeaders(mime: string, names: readonly string[]): string {
  const [head, body] = splitOnce(mime, '\r\n\r\n')
  const pattern = new RegExp(`^(?:${names.join('|')}):.*(?:\r\n[ \t].*)*\r\n`, 'gim')
  return `${`${head}\r\n`.replace(pattern, '')}\r\n${body}`
}

const printable = /^[\x20-\x7E]*$/

function headerLines(headers: Readonly<Record<string, string>>): string {
  let lines = ''
  for (const [name, value] of Object.entries(headers)) {
    const bytes = Buffer.from(value).toString('latin1')
    if (/[\r\n\0]/.test(value) || (name !== 'To' && !printable.test(value)) || bytes.length > 900) {
      throw new Error(
        `the header ${name} cannot be written: it must be printable ASCII on one line of at most 900 characters`,
      )
    }
    lines += `${name}: ${bytes}\r\n`
  }
  return lines
}

type Piece = { literal: string } | { mark: number; encode: (value: string) => string }

function encodedPieces(cut: Cut, escape: (value: string) => string): Piece[] {
  return cut.map((piece) =>
    typeof piece === 'number'
      ? { mark: piece, encode: (value) => encoded(escape(value)) }
      : { literal: encoded(piece) },
  )
}

function filled(pieces: readonly Piece[], values: readonly string[]): string {
  let text = ''
  for (const piece of pieces) text += 'literal' in piece ? piece.literal : piece.encode(values[piece.mark] ?? '')
  return text
}

const plainValue = /^[A-Za-z0-9 ,;:!?'()+/_@-]{1,70}$/
/** Links and other words without spaces stand for themselves whatever their length; only their lines are broken. */
const plainWord = /^[!-<>-~]+$/

/**
 * Quoted-printable that ends with a soft line break, so that whatever follows starts on a line of its own. Every line end is
 * CRLF: what stands between a lone CR or LF is a mail's end to some servers, and the courier stuffs no dots there.
 */
function encoded(text: string): string {
  if (text === '') return ''
  if (plainValue.test(text)) return `${text}=\r\n`
  if (plainWord.test(text)) return text.replaceAll(/.{1,74}/g, '$&=\r\n')
  return `${quotedPrintable.wrap(quotedPrintable.encode(text.replaceAll(/\r\n?|\n/g, '\r\n')), 74)}=\r\n`
}

function escapedHtml(value: string): string {
  return value.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** RFC 5322 section 3.3, in UTC. */
function mailDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000')
}
