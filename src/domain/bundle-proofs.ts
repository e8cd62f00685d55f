import { z } from 'zod'
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'
import type { Lines } from './lines.ts'

/**
 * `proofs.json` of a bundle that holds some of the entries. It is one JSON document, laid out so that it can be read a
 * line at a time; each line between these is an object in canonical form, all but the last of its list with a comma.
 *
 *     {"consistency":[                      from an earlier checkpoint of `size` to that of the bundle
 *     {"hashes":["<64 hex digits>"],"size":4}
 *     ],"inclusion":[                       of each entry, in their order; its index is its number less one
 *     {"hashes":["<64 hex digits>"],"index":6}
 *     ]}
 */
const layout = { begin: '{"consistency":[', middle: '],"inclusion":[', end: ']}' } as const

/** A proof from a tree of `size` leaves to that of the bundle (RFC 6962 section 2.1.2). */
export type ConsistencyPart = { hashes: string[]; size: number }
/** The audit path of leaf `index`, nearest sibling first (RFC 6962 section 2.1.1). */
export type InclusionPart = { hashes: string[]; index: number }

const hashes = z.array(z.string().regex(/^[\da-f]{64}$/)).max(60)
const count = z.int().min(0)
/** They are held in memory; our own bundles have some hundreds. */
const mostConsistencyProofs = 100_000
const consistencyShape = z.strictObject({ hashes, size: count })
const inclusionShape = z.strictObject({ hashes, index: count })

/** The text of `proofs.json`, a piece at a time. `inclusion` gives the proofs in batches of any size. */
export async function* proofsText(
  consistency: readonly ConsistencyPart[],
  inclusion: AsyncIterable<readonly InclusionPart[]>,
): AsyncGenerator<string> {
  yield `${layout.begin}\n${consistency.map((proof) => canonicalJson(proof)).join(',\n')}`
  yield `${consistency.length > 0 ? '\n' : ''}${layout.middle}\n`
  let separator = ''
  for await (const proofs of inclusion) {
    if (proofs.length === 0) continue
    yield separator + proofs.map((proof) => canonicalJson(proof)).join(',\n')
    separator = ',\n'
  }
  yield `${separator === '' ? '' : '\n'}${layout.end}\n`
}

/** Reads `proofs.json` line by line: first {@link ProofLines.consistency}, then each inclusion proof. */
export class ProofLines {
  readonly #lines: Lines
  /** Whether the line before ended in a comma: then another of its list follows. */
  #more = false
  #begun = false

  constructor(lines: Lines) {
    this.#lines = lines
  }

  /** Everything before the inclusion proofs; null when it has another form. */
  async consistency(): Promise<ConsistencyPart[] | null> {
    if ((await this.#line()) !== layout.begin) return null
    const proofs: ConsistencyPart[] = []
    for (;;) {
      const line = await this.#line()
      if (line === layout.middle && !this.#more) return proofs
      const proof = proofs.length > 0 && !this.#more ? null : this.#read(line, consistencyShape)
      if (proof === null || proofs.length === mostConsistencyProofs) return null
      proofs.push(proof)
    }
  }

  /** The next inclusion proof; `end` after the last, null when it has another form. */
  async next(): Promise<InclusionPart | 'end' | null> {
    const line = await this.#line()
    if (line === layout.end && !this.#more) return (await this.#line()) === null && !this.#lines.torn ? 'end' : null
    if (this.#begun && !this.#more) return null
    this.#begun = true
    return this.#read(line, inclusionShape)
  }

  /** The next line; null at the end, and where a line is not ended. */
  async #line(): Promise<string | null> {
    const line = this.#lines.ready() ?? (await this.#lines.next())
    return this.#lines.torn ? null : line
  }

  #read<Proof>(line: string | null, shape: z.ZodType<Proof>): Proof | null {
    this.#more = line?.endsWith(',') ?? false
    const json = parseCanonicalJson(this.#more ? (line?.slice(0, -1) ?? '') : (line ?? ''))
    const proof = shape.safeParse(json.kind === 'canonical' ? json.value : null)
    return proof.success ? proof.data : null
  }
}
