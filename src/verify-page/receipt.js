// A receipt: the page that somebody keeps of one change. Only its proof is read; the page is never shown.
import { fromBase64, fromHex, toHex, utf8 } from './bytes.js'
import { canonicalValue, isCount } from './canonical.js'
import { entryIn, isPayloadOf } from './entry.js'
import { leadsToRoot, leafHash } from './merkle.js'
import { couldNotCheck, notVerified } from './verdict.js'

/**
 * @import { Shown } from './verdict.js'
 * @import { Signed } from './walk.js'
 * @typedef {{ line: string, payload: string, salt: string, index: number, path: string[], checkpoint: string, key: string }} Receipt
 */

/** @type {Record<string, string>} */
const references = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0' }

/**
 * The proof in the page: the line of the entry, its payload, the way to the signed state, the key; and the salt.
 * @param {string} page
 * @returns {Receipt}
 */
export function receiptIn(page) {
  const parts = [...page.matchAll(/<pre\b[^>]*>\n?([^<]*)<\/pre>/g)].map(([, text = '']) => unescaped(text))
  const salt = /<p class="mono">[^<]*?\b([\da-f]{64})\b[^<]*<\/p>/.exec(page)?.[1]
  const [line, payload, proof, key] = parts
  if (line === undefined || payload === undefined || proof === undefined || key === undefined || salt === undefined) {
    throw couldNotCheck(
      'the receipt is not all there. It shows an entry, its payload and salt, a proof and a key; within a minute of the change it may not show its proof yet, and has to be opened and saved again',
    )
  }
  return { line, payload, salt, key, ...proofIn(proof) }
}

/**
 * A proof in the form of c2sp.org/tlog-proof.
 * @param {string} proof
 */
function proofIn(proof) {
  const end = proof.indexOf('\n\n')
  const [head, place = '', ...hashes] = proof.slice(0, end).split('\n')
  const index = Number(/^index (0|[1-9]\d*)$/.exec(place)?.[1] ?? Number.NaN)
  const path = hashes.map(fromBase64).filter((hash) => hash?.length === 32)
  if (end < 0 || head !== 'c2sp.org/tlog-proof@v1' || !isCount(index) || path.length < hashes.length) {
    throw notVerified('the proof in the receipt is not laid out as it must be')
  }
  return { index, path: path.map((hash) => toHex(hash ?? new Uint8Array())), checkpoint: proof.slice(end + 2) }
}

/**
 * Checks a receipt against the signed state in it.
 * @param {Receipt} receipt
 * @param {Signed} state
 * @returns {Promise<Shown>}
 */
export async function walkReceipt({ line, payload, salt, index, path }, { size, root }) {
  const number = index + 1
  const entry = entryIn(utf8(line), number)
  const leaf = toHex(await leafHash(utf8(line)))
  if (!(await leadsToRoot({ index, size, leaf, root, path }))) {
    throw notVerified(`entry ${number} is not proven: its proof does not lead to the root that was signed`, number)
  }
  if (canonicalValue(payload) === undefined) {
    throw notVerified(`the payload of entry ${number}: it is not in canonical form (RFC 8785)`, number)
  }
  if (!(await isPayloadOf({ text: payload, salt: fromHex(salt) }, entry))) {
    throw notVerified(`the payload of entry ${number}, or its salt, is not what the entry was made for`, number)
  }
  return { entry, payload }
}

/** @param {string} text */
function unescaped(text) {
  return text.replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name) => references[String(name)] ?? whole)
}
