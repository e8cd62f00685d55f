import { parseCanonicalJson } from './canonical-json.ts'
import { commitmentToText } from './ledger-entry.ts'

/** A line of `payloads.jsonl`: what an entry commits to, as its canonical text, and the salt that shows it. */
export type PayloadLine = { number: number; payload: string; salt: string }

const linePattern = /^\{"number":([1-9]\d*),"payload":(.+),"salt":"([\da-f]{64})"\}$/

/**
 * Reads a line of `payloads.jsonl`, without its line feed: the number of the entry, its payload and its salt in hex,
 * as RFC 8785 writes an object of the three. A payload in any other form than its canonical one is refused.
 * @param bytes each byte as one character (latin1)
 */
export function parsePayloadLine(
  bytes: string,
): { kind: 'payload'; line: PayloadLine } | { kind: 'refused'; reason: string } {
  const text = asUtf8(bytes)
  if (text === null) return { kind: 'refused', reason: 'a line of payloads.jsonl is no UTF-8' }
  const [, number, payload = '', salt = ''] = linePattern.exec(text) ?? []
  if (number === undefined || !Number.isSafeInteger(Number(number))) {
    return { kind: 'refused', reason: 'a line of payloads.jsonl is not {"number":…,"payload":…,"salt":…}' }
  }
  const read = parseCanonicalJson(payload)
  if (read.kind === 'refused') return { kind: 'refused', reason: `the payload of entry ${number}: ${read.reason}` }
  return { kind: 'payload', line: { number: Number(number), payload, salt } }
}

/** Whether the payload is what the entry was made for. */
export function fits({ payload, salt }: PayloadLine, commitment: string): boolean {
  return commitmentToText(payload, Buffer.from(salt, 'hex')) === commitment
}

function asUtf8(bytes: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return null
  }
}
