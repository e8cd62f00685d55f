/** The parts of a bundle that grow with the number of entries: they are read once, as streams, and never held whole. */
export const streamedParts = ['entries.jsonl', 'leaves.txt', 'proofs.json', 'payloads.jsonl', 'entries.csv'] as const
export type StreamedPart = (typeof streamedParts)[number]

/** An exported ledger (docs/ledger-format.md), opened but not believed. */
export type Bundle = {
  /** Every file that is not streamed, by its path in the bundle. */
  files: ReadonlyMap<string, Uint8Array>
  /** The bytes of those that are, in pieces of any size. */
  streams: ReadonlyMap<string, AsyncIterable<Uint8Array>>
}

/** What the person who verifies brought along. */
export type Trusted = {
  /** The text of the key file: one vkey per line. Without one the bundle's own key is tried, and proves nothing. */
  key?: string | undefined
  /** A checkpoint of an earlier day, from a mail or a receipt: the bundle must continue it. */
  since?: string | undefined
}

/**
 * `entries` counts those that were found right, `size` is how many the newest checkpoint was signed for (0 while that
 * is not known) and `payloads` how many payloads fit their entries. `firstBadEntry` is the first entry that is not
 * right, or, when only the signed roots tell, the first after the last checkpoint that agrees (null if there is none);
 * `reason` is null if verified.
 */
export type Verification = {
  verdict: 'verified' | 'not verified' | 'could not check'
  entries: number
  size: number
  payloads: number
  firstBadEntry: number | null
  reason: string | null
}

/** The verdict that something is wrong with the bundle. */
export function notVerified(entries: number, firstBadEntry: number | null, reason: string): Verification {
  return { verdict: 'not verified', entries, size: 0, payloads: 0, firstBadEntry, reason }
}

/** The verdict that nobody can tell. */
export function couldNotCheck(reason: string): Verification {
  return { verdict: 'could not check', entries: 0, size: 0, payloads: 0, firstBadEntry: null, reason }
}
