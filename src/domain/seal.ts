import { leafHash } from './merkle.ts'

/** Records in one seal, at most: what one entry of the kind `released` or `outcomes` stands for. */
export const mostInSeal = 5_000

/** What such an entry's payload says: nothing of anybody, so that it stays for good. `root` is that of an RFC 6962 tree over the leaves, `first` and `last` are ISO instants. */
export type SealPayload = { count: number; first: string; last: string; root: string }

/**
 * The leaf of one record: SHA-256(0x00 ‖ salt ‖ record), the record as RFC 8785 text. The salt hides it: once it is gone
 * nobody can guess what the leaf was made of.
 */
export function sealLeaf(record: string, salt: Uint8Array): string {
  return leafHash(Buffer.concat([salt, Buffer.from(record)]))
}
