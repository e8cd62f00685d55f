import { createHash } from 'node:crypto'

/** A frozen text that asks or informs: its bytes (UTF-8 of `body`) and the SHA-256 of them in hex, which is its name. */
export type FrozenText = { body: string; hash: string }

/** Freezes a text: Unicode NFC and LF line ends, so that the same words always have the same name. */
export function frozen(text: string): FrozenText {
  const body = text.replaceAll(/\r\n?/g, '\n').normalize('NFC')
  return { body, hash: createHash('sha256').update(body).digest('hex') }
}
