// The line of an entry, and what the other files of a bundle say of it.
import { fromHex, hmacSha256, textIn, toHex, utf8 } from './bytes.js'
import { canonicalText, canonicalValue, hasOnly, isCount, isHash } from './canonical.js'
import { notVerified } from './verdict.js'

/**
 * @import { Bytes } from './bytes.js'
 * @import { Entry } from './verdict.js'
 * @typedef {{ number: number, text: string, salt: Bytes }} Payload
 */

/** What can have happened. */
export const kinds = (
  'imported given changed withdrawn paused resumed undone confirmed renewed expired bounced complained corrected ' +
  'erased looked-at exported wording-published service-kind-added released outcomes key-changed recovered ' +
  'do-not-contact'
).split(' ')
const largestTopic = 32_767

/**
 * Reads the line in the place of entry `number`.
 * @param {Uint8Array} line
 * @param {number} number
 * @returns {Entry}
 */
export function entryIn(line, number) {
  const body = canonicalValue(textIn(line) ?? '')
  if (!hasOnly(body, 'at', 'commitment', 'kind', 'number', 'topics', 'v', 'wording')) throw notCanonical(number)
  const { at, commitment, kind, topics, wording } = body
  const wellFormed = typeof at === 'string' && typeof kind === 'string' && isHash(commitment) && Array.isArray(topics)
  if (!wellFormed || body['v'] !== 1 || !isCount(body['number']) || (wording !== null && !isHash(wording))) {
    throw notCanonical(number)
  }
  if (!/^\d{4}-.{19}$/.test(at) || !isTime(at)) throw notVerified(`entry ${number}: "${at}" is not a time`, number)
  if (!kinds.includes(kind)) throw notVerified(`entry ${number}: "${kind}" is not a kind of entry`, number)
  if (!areTopics(topics)) {
    throw notVerified(`entry ${number}: its topics are not ids up to ${largestTopic}, ascending`, number)
  }
  if (body['number'] !== number) {
    throw notVerified(`the entry in place ${number} calls itself ${body['number']}`, number)
  }
  return { number, at, kind, topics, wording, commitment }
}

/** @param {number} number */
function notCanonical(number) {
  return notVerified(`entry ${number}: it is not the one canonical line of an entry of format version 1`, number)
}

/** @param {string} text */
function isTime(text) {
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.toISOString() === text
}

/**
 * @param {unknown[]} topics
 * @returns {topics is number[]}
 */
function areTopics(topics) {
  return topics.every(
    (topic, index) => isCount(topic) && topic <= largestTopic && (index === 0 || topic > Number(topics[index - 1])),
  )
}

/**
 * A line of payloads.jsonl.
 * @param {Uint8Array} line
 * @param {number | null} entry the last one that was found right
 * @returns {Payload}
 */
export function payloadIn(line, entry) {
  const text = textIn(line)
  if (text === null) throw notVerified('a line of payloads.jsonl is no UTF-8', entry)
  const parts = /^\{"number":([1-9]\d*),"payload":(.+),"salt":"([\da-f]{64})"\}$/.exec(text)
  const [, number = '', payload = '', salt = ''] = parts ?? []
  if (!parts || !isCount(Number(number))) {
    throw notVerified('a line of payloads.jsonl is not {"number":…,"payload":…,"salt":…}', entry)
  }
  if (canonicalValue(payload) === undefined) {
    throw notVerified(`the payload of entry ${number}: it is not in canonical form (RFC 8785)`, entry)
  }
  return { number: Number(number), text: payload, salt: fromHex(salt) }
}

/**
 * Whether this is what the entry was made for.
 * @param {{ text: string, salt: Bytes }} payload
 * @param {Entry} entry
 */
export async function isPayloadOf({ text, salt }, { commitment }) {
  return toHex(await hmacSha256(salt, utf8(text))) === commitment
}

/** The first row of entries.csv. */
export const tableHead = 'number,at,kind,topics,wording,commitment,payload\r'

/**
 * The row of entries.csv for an entry, without its LF. A cell that a spreadsheet would run has an apostrophe before it.
 * @param {Entry} entry
 * @param {string | null} payload
 */
export function tableRow({ number, at, kind, topics, wording, commitment }, payload) {
  const cells = [canonicalText(number), at, kind, topics.join(' '), wording ?? '', commitment, payload ?? '']
  return `${cells.map(cell).join(',')}\r`
}

/** @param {string} text */
function cell(text) {
  const harmless = /^'*[=+\-@\t\r\n\0＝＋－＠]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
