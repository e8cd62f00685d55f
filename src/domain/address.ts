import { domainToASCII } from 'node:url'
import { Problem } from './problem.ts'

/**
 * An email address that we can write to. `canonical` is its identity: two spellings with the same canonical form are
 * one person. `spelling` is what she gave, without the spaces around it, and is what we write to and show.
 */
export type Address = { kind: 'address'; canonical: string; spelling: string }

/** Bytes of an address and of its local part, at most (RFC 5321 section 4.5.3.1, without the angle brackets). */
const mostBytes = 254
const mostLocalBytes = 64
/** A domain in Unicode can be longer than in A-labels, but not by much; beyond this nothing else is looked at. */
const mostCharacters = 1_000

/** What no address of ours has, in the order in which it is best named. */
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/[\r\n\u2028\u2029]/u, 'it has a line break'],
  [/\p{Cc}/u, 'it has a control character'],
  [/\p{Bidi_Control}/u, 'it has a character that turns the direction of text'],
  [/\p{Cs}/u, 'it has half of a character (a lone surrogate)'],
  [/[\p{C}\p{DI}]/u, 'it has an invisible or unassigned character'],
  [/"/u, 'quotation marks are not accepted'],
  [/,/u, 'it has a comma; one address only'],
  [/[()]/u, 'it has a comment in parentheses'],
  [/[;:]/u, 'it has a colon or semicolon; groups are not accepted'],
  [/[<>]/u, 'it has angle brackets; the address alone is wanted'],
  [/[[\]]/u, 'an address literal in square brackets is not accepted'],
  [/\\/u, 'it has a backslash'],
]

/**
 * Reads one address (RFC 5321 and 6531, without quoted local parts, comments, groups and literals).
 * Its identity has no case, no full-width letters and no trailing dot; it is in NFC and its domain in A-labels.
 * Plus-tags belong to it, and a local part is never punycode-decoded. `reason` is a short phrase for a list of errors.
 */
export function parseAddress(text: string): Address | { kind: 'refused'; reason: string } {
  if (text.length > mostCharacters) return refused(`it is longer than ${mostBytes} bytes`)
  const spelling = text.replace(/^[\p{Zs}\t\ufeff]+/u, '').replace(/[\p{Zs}\t\ufeff]+$/u, '')
  if (spelling === '') return refused('it is empty')
  const found = forbidden.find(([pattern]) => pattern.test(spelling))
  if (found) return refused(found[1])
  const [given = '', host, ...rest] = spelling.split('@')
  if (host === undefined) return refused('no @ sign')
  if (rest.length > 0) return refused('more than one @ sign')
  if (/\p{Z}/u.test(spelling)) return refused('it has a space inside')

  const local = identityOf(given)
  const domain = asciiDomain(host)
  const fault = localFault(local) ?? domainFault(host, domain)
  if (fault) return refused(fault)
  // Lower-casing may lengthen a local part and NFC may shorten it; both forms must fit, the one sent and the identity.
  const longest = Math.max(Buffer.byteLength(local), Buffer.byteLength(given))
  if (longest > mostLocalBytes) return refused(`the part before the @ is longer than ${mostLocalBytes} bytes`)
  if (longest + 1 + domain.length > mostBytes) return refused(`it is longer than ${mostBytes} bytes`)
  return { kind: 'address', canonical: `${local}@${domain}`, spelling }
}

/**
 * What goes into SMTP's RCPT TO: the local part as she gave it, the domain in A-labels. With `smtputf8` it may only be
 * handed to a server that offers SMTPUTF8 (RFC 6531 section 3.2).
 * @throws Problem `invalid-input` when the spelling is none that `parseAddress` accepts.
 */
export function envelopeAddress(spelling: string): { address: string; smtputf8: boolean } {
  const parsed = parseAddress(spelling)
  if (parsed.kind === 'refused') {
    throw new Problem('invalid-input', `mail cannot be addressed to this spelling: ${parsed.reason}`)
  }
  const local = parsed.spelling.slice(0, parsed.spelling.indexOf('@'))
  const domain = parsed.canonical.slice(parsed.canonical.indexOf('@') + 1)
  return { address: `${local}@${domain}`, smtputf8: /\P{ASCII}/u.test(local) }
}

/** The recipient domain of a spelling, in A-labels and lower case: what follows the last @ of its identity. */
export function recipientDomain(spelling: string): string {
  const domain = spelling.slice(spelling.lastIndexOf('@') + 1).trim()
  return /^[A-Za-z\d.-]*[A-Za-z\d-]$/.test(domain) ? domain.toLowerCase() : asciiDomain(domain)
}

/** Made once: making one costs more than all that is done with it. */
const letters = new Intl.Segmenter()

/** Enough for her to know it is hers, too little for a stranger to write to: `a•••@example.com`. */
export function maskedAddress(spelling: string): string {
  const [first] = letters.segment(spelling)
  const at = spelling.lastIndexOf('@')
  return at < 0 || first === undefined ? '•••' : `${first.segment}•••${spelling.slice(at)}`
}

/**
 * The local part as an identity. Full-width letters are what some keyboards type for ASCII ones. Final sigma is how
 * Greek writes σ at the end of a word: left alone, ΧΡΉΣΤΗΣ and χρήστησ would be two people. NFC comes last, because
 * a letter and its accent may have one character together only in lower case (ẖ).
 */
function identityOf(local: string): string {
  return local
    .replace(/[\uff01-\uff5e]/gu, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFC')
}

function localFault(local: string): string | undefined {
  if (local === '') return 'there is nothing before the @'
  if (local.split('.').includes('')) return 'the part before the @ has a dot at its start or end, or two in a row'
  if (!/^[\w!#$%&'*+/=?^`{|}~.\P{ASCII}-]+$/u.test(local))
    return 'the part before the @ has a character that is not allowed'
  return undefined
}

/** The domain in A-labels and lower case without its trailing dot; empty where there is no such form. */
function asciiDomain(host: string): string {
  // domainToASCII reads a whole URL: given "x.test/path" or "a%41.test" it would answer with another domain.
  if (!/^[A-Za-z\d.\P{ASCII}-]+$/u.test(host)) return ''
  return domainToASCII(host).replace(/\.$/, '')
}

function domainFault(host: string, domain: string): string | undefined {
  if (host === '') return 'there is nothing after the @'
  const labels = domain.split('.')
  if (domain === '' || !labels.every((label) => /^[a-z\d-]{0,63}$/.test(label))) return 'the domain is not a valid one'
  if (labels.includes('')) return 'the domain has a dot at its start, or two in a row'
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-'))) return 'the domain has a misplaced hyphen'
  if (labels.length < 2) return 'the domain has no dot'
  // Every such domain is the number of a machine, an IPv4 address in one of its spellings.
  if (/^(\d+|0x[\da-f]*)$/.test(labels.at(-1) ?? '')) return 'an IP address is not a domain'
  return undefined
}

function refused(reason: string): { kind: 'refused'; reason: string } {
  return { kind: 'refused', reason }
}
