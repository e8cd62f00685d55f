import { createHmac, createSecretKey } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { Problem } from './problem.ts'

/** Everything that can be recorded. The list only grows: entries are never rewritten. */
export const entryKinds = [
  'imported',
  'given',
  'changed',
  'withdrawn',
  'paused',
  'resumed',
  'undone',
  'confirmed',
  'renewed',
  'expired',
  'bounced',
  'complained',
  'corrected',
  'erased',
  'looked-at',
  'exported',
  'wording-published',
  'service-kind-added',
  'released',
  'outcomes',
  'key-changed',
  'recovered',
  'do-not-contact',
] as const
export type EntryKind = (typeof entryKinds)[number]

/**
 * What stands in the ledger for everybody to see; it holds no personal data.
 * `topics` are topic ids, ascending; `wording` names the frozen text she saw (SHA-256, hex) or is null;
 * `commitment` binds the payload, which lies beside the ledger and can be erased.
 */
export type LedgerEntry = {
  number: number
  at: Date
  kind: EntryKind
  topics: readonly number[]
  wording: string | null
  commitment: string
}

/** The grammar of version 1; what it leaves open (real dates, known kinds, ascending topics) `parseEntryBody` checks. */
const bodyPattern =
  /^\{"at":"([^"]{24})","commitment":"([\da-f]{64})","kind":"([a-z-]+)","number":([1-9]\d*),"topics":\[([\d,]*)\],"v":1,"wording":(?:null|"([\da-f]{64})")\}$/
const knownKinds: ReadonlySet<string> = new Set(entryKinds)
const largestTopic = 32_767

/**
 * The body of an entry: one line of ASCII, the only bytes that are hashed (docs/ledger-format.md).
 *
 *     {"at":"2026-11-21T09:30:00.000Z",   UTC, always milliseconds
 *      "commitment":"<64 hex digits>",    HMAC-SHA-256, see `commitmentTo`
 *      "kind":"given",                    one of `entryKinds`
 *      "number":7,                        from 1, without gaps; entry 7 is leaf 6
 *      "topics":[1,4],                    ascending, each once
 *      "v":1,                             version of this format
 *      "wording":"<64 hex digits>"}       or null
 *
 * written without any spaces or line breaks, keys in this order: so it is RFC 8785 JSON.
 * Topics are sorted and doubles dropped.
 * @throws Problem `invalid-input` when a part has another form or range.
 */
export function entryBody({ number, at, kind, topics, wording, commitment }: LedgerEntry): string {
  const time = Number.isNaN(at.getTime()) ? 'no time' : at.toISOString()
  const ids = [...new Set(topics)].toSorted((a, b) => a - b)
  const seen = wording === null ? 'null' : `"${wording}"`
  const body = `{"at":"${time}","commitment":"${commitment}","kind":"${kind}","number":${number},"topics":[${ids.join(',')}],"v":1,"wording":${seen}}`
  const read = parseEntryBody(body)
  if (read.kind === 'entry') return body
  throw new Problem('invalid-input', `this cannot be a ledger entry: ${read.reason}`)
}

/** Reads a body; anything that `entryBody` would not have written, down to the last character, is refused. */
export function parseEntryBody(
  line: string,
): { kind: 'entry'; entry: LedgerEntry } | { kind: 'refused'; reason: string } {
  const [, time, commitment, kind, number, ids, wording = null] = bodyPattern.exec(line) ?? []
  if (time === undefined || commitment === undefined || kind === undefined || ids === undefined) {
    return refused('it is not the one canonical line of an entry of format version 1')
  }
  const at = new Date(time)
  if (Number.isNaN(at.getTime()) || at.toISOString() !== time) return refused(`"${time}" is not a time`)
  if (!isEntryKind(kind)) return refused(`"${kind}" is not a kind of entry`)
  if (!Number.isSafeInteger(Number(number))) return refused('its number is beyond 2^53−1')
  const topics = ids === '' ? [] : ids.split(',').map(Number)
  const ascending = topics.every((topic, index) => topic <= largestTopic && topic > (topics[index - 1] ?? -1))
  if (!ascending || topics.join(',') !== ids) return refused(`its topics are not ids up to ${largestTopic}, ascending`)
  return { kind: 'entry', entry: { number: Number(number), at, kind, topics, wording, commitment } }
}

function isEntryKind(kind: string): kind is EntryKind {
  return knownKinds.has(kind)
}

function refused(reason: string): { kind: 'refused'; reason: string } {
  return { kind: 'refused', reason }
}

/**
 * What an entry says of its payload: HMAC-SHA-256 over the payload's canonical JSON, with a random salt of 32 bytes
 * as the key. Whoever has payload and salt can check it; once the salt is deleted nobody can guess the payload.
 * @throws Problem `invalid-input` when the salt is not 32 bytes, or as `canonicalJson`.
 */
export function commitmentTo(payload: unknown, salt: Uint8Array): string {
  return commitmentToText(canonicalJson(payload), salt)
}

/** As {@link commitmentTo}, of a payload's canonical text. @throws Problem `invalid-input` when the salt is not 32 bytes. */
export function commitmentToText(text: string, salt: Uint8Array): string {
  if (salt.length !== 32) throw new Problem('invalid-input', `a salt has 32 bytes; given: ${salt.length}`)
  // A key object is six times as fast here as raw bytes.
  return createHmac('sha256', createSecretKey(salt)).update(text).digest('hex')
}
