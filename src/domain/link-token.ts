import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'
import { z } from 'zod'
import { Problem } from './problem.ts'

/**
 * The signed tokens in our URLs (design.md section 12, "Links"). A token holds no personal data and nothing is
 * stored for it: whoever has one may do what its purpose allows, at its age.
 *
 *     1 base64url( kid purpose person day [minute] shape topic… [delivery] [entry] mac ) w
 *
 *     kid       1 byte     1…99, the master key it was made with
 *     purpose   1 byte     see `purposeCodes`
 *     person    16 bytes   UUID
 *     day       2 bytes    days since 1970-01-01 UTC
 *     minute    2 bytes    of that day, 0…1439: in the purposes `session` and `confirm`, and only there
 *     shape     1 byte     0x80: a delivery follows, 0x40: an entry follows, low four bits: how many topics
 *     topic     2 bytes    each, 0…32767
 *     delivery  16 bytes   UUID
 *     entry     6 bytes    number of a ledger entry
 *     mac       16 bytes   HMAC-SHA-256 over the token's first character and all bytes before, cut to 128 bits
 *
 * Numbers are big-endian. The MAC key is HKDF-SHA-256 of the master, with the purpose as its info, so a token of
 * one purpose never verifies as another. At most 116 characters; the last is a letter, because mail programs leave
 * punctuation at the end of a URL out of the link.
 */
export type Link = {
  purpose: LinkPurpose
  person: string
  /** Days since 1970-01-01 UTC. */
  day: number
  /** Minutes since that day began (UTC); in a link whose life is shorter than days can tell, and in no other. */
  minute?: number
  /** The topics it speaks of, at most 12. */
  topics: number[]
  /** The delivery that carried it. */
  delivery: string | null
  /** The entry that an undo puts back, or a receipt shows; in a fresh link the one that made the address hers to which it goes. */
  entry: number | null
}

export const linkPurposes = ['unsubscribe', 'preferences', 'undo', 'session', 'confirm', 'receipt'] as const
export type LinkPurpose = (typeof linkPurposes)[number]

/**
 * How long a link may do what it is for; an unsubscribe link and that of a receipt may for ever. `undoHours` count from the entry's time. A
 * `session` link (a fresh one, mailed on request) and a `confirm` link (grants exactly the topics it lists) work once.
 */
export const linkLifetimes = { raiseDays: 90, undoHours: 24, sessionMinutes: 60, confirmDays: 7 }

/** The MAC keys of every master, by key id and purpose. Old masters stay, so that old links keep working. */
export type LinkKeys = {
  readonly current: string
  readonly byKid: ReadonlyMap<string, Readonly<Record<LinkPurpose, KeyObject>>>
}

const version = '1'
const lastLetter = 'w'
const purposeCodes: Record<LinkPurpose, number> = {
  unsubscribe: 1,
  preferences: 2,
  undo: 3,
  session: 4,
  confirm: 5,
  receipt: 6,
}
const purposesWithMinute: ReadonlySet<LinkPurpose> = new Set<LinkPurpose>(['session', 'confirm'])
const macBytes = 16
const dayMs = 86_400_000
const minuteMs = 60_000
/** Minutes by which the clocks of two of our machines may differ. */
const skewMinutes = 2

const linkShape = z
  .object({
    purpose: z.enum(linkPurposes),
    person: z.guid(),
    day: z.int().min(0).max(0xffff),
    topics: z.array(z.int().min(0).max(32_767)).max(12),
    delivery: z.guid().nullable(),
    entry: z
      .int()
      .min(1)
      .max(2 ** 48 - 1)
      .nullable(),
    minute: z.int().min(0).max(1439).optional(),
  })
  .refine(({ purpose, minute }) => purposesWithMinute.has(purpose) === (minute !== undefined), {
    error: 'a session and a confirm link name the minute they were made, and no other link does',
  })

/**
 * Derives the MAC keys once, so that a link costs one HMAC.
 * @param masters 32 bytes in hex by key id ('1'…'99')
 * @throws Problem `invalid-input` when a key or id has another form or the current one is missing; keys are not quoted.
 */
export function linkKeys(current: string, masters: Readonly<Record<string, string>>): LinkKeys {
  const byKid = new Map(
    Object.entries(masters).map(([kid, hex]) => {
      if (!/^[1-9]\d?$/.test(kid)) throw new Problem('invalid-input', `a key id is a number from 1 to 99, not "${kid}"`)
      if (!/^[0-9a-f]{64}$/.test(hex)) throw new Problem('invalid-input', `link key ${kid} is not 32 bytes in hex`)
      const master = Buffer.from(hex, 'hex')
      const derive = (purpose: LinkPurpose) =>
        createSecretKey(Buffer.from(hkdfSync('sha256', master, '', `courtesy link ${purpose}`, 32)))
      const keys: Record<LinkPurpose, KeyObject> = {
        unsubscribe: derive('unsubscribe'),
        preferences: derive('preferences'),
        undo: derive('undo'),
        session: derive('session'),
        confirm: derive('confirm'),
        receipt: derive('receipt'),
      }
      return [kid, keys]
    }),
  )
  if (!byKid.has(current)) throw new Problem('invalid-input', `the current link key "${current}" is not among the keys`)
  return { current, byKid }
}

/**
 * The token of a link, signed with the current key.
 * @throws Problem `invalid-input` when the link does not fit a token: ids that are no UUIDs, more than 12 topics,
 * a number out of range, a minute that is missing or not wanted.
 */
export function makeLink(keys: LinkKeys, link: Link): string {
  const checked = linkShape.safeParse(link)
  if (!checked.success) throw new Problem('invalid-input', `this cannot be a link: ${z.prettifyError(checked.error)}`)
  const { purpose, person, day, minute, topics, delivery, entry } = checked.data
  const key = keys.byKid.get(keys.current)?.[purpose]
  if (key === undefined) throw new Problem('invalid-input', `there is no link key "${keys.current}"`)

  const shape = topics.length | (delivery === null ? 0 : 0x80) | (entry === null ? 0 : 0x40)
  const payload = Buffer.concat([
    Buffer.of(Number(keys.current), purposeCodes[purpose]),
    bytesOfUuid(person),
    bigEndian(day, 2),
    ...(minute === undefined ? [] : [bigEndian(minute, 2)]),
    Buffer.of(shape),
    ...topics.map((topic) => bigEndian(topic, 2)),
    ...(delivery === null ? [] : [bytesOfUuid(delivery)]),
    ...(entry === null ? [] : [bigEndian(entry, 6)]),
  ])
  return `${version}${Buffer.concat([payload, macOf(key, payload)]).toString('base64url')}${lastLetter}`
}

/**
 * The link of a token, or null for anything that `makeLink` did not make with one of these keys, whatever it is.
 * Never throws; compares in constant time. What the link may do at its age is for the caller to judge.
 */
export function readLink(keys: LinkKeys, token: string): Link | null {
  if (!/^1[A-Za-z0-9_-]{50,114}w$/.test(token)) return null
  const text = token.slice(1, -1)
  const bytes = Buffer.from(text, 'base64url')
  // Base64 has spare bits at its end; without this, several tokens would mean the same link.
  if (bytes.toString('base64url') !== text) return null

  const purpose = linkPurposes.find((name) => purposeCodes[name] === bytes[1])
  const ofMaster = keys.byKid.get(String(bytes[0]))
  if (purpose === undefined || ofMaster === undefined) return null
  const payload = bytes.subarray(0, -macBytes)
  if (!timingSafeEqual(bytes.subarray(-macBytes), macOf(ofMaster[purpose], payload))) return null
  return linkIn(payload, purpose)
}

/** The name under which it is kept that a link which works once was used: a hash of its MAC, which tells nothing about whom it was for. */
export function useKey(token: string): string {
  const mac = Buffer.from(token.slice(1, -1), 'base64url').subarray(-macBytes)
  return createHash('sha256').update(mac).digest('hex')
}

/** Whole days between the day of the link and today (UTC); negative when the clock went back. */
export function ageDays(link: Link, now: Date): number {
  return dayOf(now) - link.day
}

/** True for a link of a mail that is young enough to show her choices and to bring more (design.md section 12, "P younger than 90 days"). */
export function isYoungLink(link: Link, now: Date): boolean {
  return link.purpose === 'preferences' && ageDays(link, now) < linkLifetimes.raiseDays
}

/** True for a link that shows what is hers: a young one of a mail, or the fresh one that opened a session, whose age was seen to then. */
export function showsHers(link: Link, now: Date): boolean {
  return link.purpose === 'session' || isYoungLink(link, now)
}

/** The day to put into a link that is made now: days since 1970-01-01 UTC. */
export function dayOf(now: Date): number {
  return Math.floor(now.getTime() / dayMs)
}

/** The day and minute to put into a link that is made now and works for minutes or once. */
export function minuteOf(now: Date): { day: number; minute: number } {
  const day = dayOf(now)
  return { day, minute: Math.floor((now.getTime() - day * dayMs) / minuteMs) }
}

/**
 * Whether a `session` or `confirm` link may still do what it is for: 60 minutes and 7 days from its minute on. False for
 * every other purpose, and for a link from a future that no clock of ours can explain. That it works once is for the
 * caller to see to.
 */
export function isFresh(link: Link, now: Date): boolean {
  if (link.minute === undefined) return false
  const age = (now.getTime() - link.day * dayMs) / minuteMs - link.minute
  const lifetimes: Partial<Record<LinkPurpose, number>> = {
    session: linkLifetimes.sessionMinutes,
    confirm: linkLifetimes.confirmDays * 24 * 60,
  }
  return age >= -skewMinutes && age < (lifetimes[link.purpose] ?? 0)
}

/** Reads a payload whose MAC was right, and still believes nothing about its length. */
function linkIn(payload: Buffer, purpose: LinkPurpose): Link | null {
  const shapeAt = purposesWithMinute.has(purpose) ? 22 : 20
  const shape = payload[shapeAt]
  if (shape === undefined) return null
  const topicCount = shape & 0x0f
  const topicsAt = shapeAt + 1
  const deliveryAt = topicsAt + 2 * topicCount
  const entryAt = deliveryAt + (shape & 0x80 ? 16 : 0)
  if (payload.length !== entryAt + (shape & 0x40 ? 6 : 0)) return null
  return {
    purpose,
    person: uuidAt(payload, 2),
    day: payload.readUInt16BE(18),
    ...(shapeAt === 22 ? { minute: payload.readUInt16BE(20) } : {}),
    topics: Array.from({ length: topicCount }, (_, index) => payload.readUInt16BE(topicsAt + 2 * index)),
    delivery: shape & 0x80 ? uuidAt(payload, deliveryAt) : null,
    entry: shape & 0x40 ? payload.readUIntBE(entryAt, 6) : null,
  }
}

function macOf(key: KeyObject, payload: Buffer): Buffer {
  return createHmac('sha256', key).update(version).update(payload).digest().subarray(0, macBytes)
}

function bigEndian(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width)
  bytes.writeUIntBE(value, 0, width)
  return bytes
}

function bytesOfUuid(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}

function uuidAt(bytes: Buffer, start: number): string {
  return bytes.toString('hex', start, start + 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
