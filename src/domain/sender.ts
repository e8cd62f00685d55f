import { parseAddress } from './address.ts'
import { Problem } from './problem.ts'

/** Who a mail is from: a display name (may be empty) and an address. `domain` is in A-label form. */
export type Sender = { name: string; address: string; domain: string }

const written = /^\s*(?:"([^"]*)"|([^<>"]*?))\s*<([^<>]*)>\s*$/

/**
 * Reads `Fern <news@fern.example>` or a bare address.
 * @throws Problem `invalid-input` for anything else, and for a display name that could pass for another sender:
 * with an `@` or what looks like one, control or bidirectional characters, or over 78 characters.
 */
export function parseSender(text: string): Sender {
  const parts = written.exec(text)
  const name = (parts?.[1] ?? parts?.[2] ?? '').normalize('NFC').trim()
  const parsed = parseAddress(parts?.[3] ?? text)
  if (parsed.kind === 'refused') {
    throw new Problem(
      'invalid-input',
      `"${text}" cannot be a sender: ${parsed.reason}. Write it like: Fern <news@fern.example>`,
    )
  }
  if (
    name.normalize('NFKC').includes('@') ||
    // oxlint-disable-next-line no-control-regex
    /[\u0000-\u001F\u007F\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uE000\uE001]/.test(name) ||
    name.length > 78
  ) {
    throw new Problem(
      'invalid-input',
      'the sender\'s name may have up to 78 characters, no "@" and no control or direction-changing characters; give the name people know you by',
    )
  }
  return { name, address: parsed.spelling, domain: parsed.canonical.slice(parsed.canonical.lastIndexOf('@') + 1) }
}

/** Whether a domain is one of these or lies below one of them. */
export function isWithin(domain: string, ours: readonly string[]): boolean {
  return ours.some((own) => domain === own || domain.endsWith(`.${own}`))
}
