// Signed notes (c2sp.org/signed-note), log checkpoints (c2sp.org/tlog-checkpoint), and the keys that sign them.
import { fromBase64, joined, sha256, textIn, toHex, utf8 } from './bytes.js'
import { couldNotCheck, notVerified } from './verdict.js'

/**
 * @import { Bytes } from './bytes.js'
 * @typedef {{ name: string, id: string, publicKey: Bytes }} Key
 * @typedef {{ origin: string, size: number, root: string, signers: Key[], text: string }} Checkpoint
 */

const mostSignatures = 100

/**
 * The keys in a text, one vkey a line; null where there is none, or one that is damaged.
 * @param {string} text
 * @returns {Promise<Key[] | null>}
 */
export async function keysIn(text) {
  const lines = text.split('\n').map((line) => line.trim())
  const keys = await Promise.all(lines.filter((line) => line !== '').map(keyIn))
  const right = keys.filter((key) => key !== null)
  return right.length > 0 && right.length === keys.length ? right : null
}

/**
 * @param {string} vkey
 * @returns {Promise<Key | null>}
 */
async function keyIn(vkey) {
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([^+]+)\+(.+)$/.exec(vkey) ?? []
  const typed = fromBase64(encoded)
  if (!isName(name) || typed?.length !== 33 || typed[0] !== 1) return null
  const hash = await sha256(joined(utf8(`${name}\n`), typed))
  return toHex(hash.subarray(0, 4)) === id ? { name, id, publicKey: typed.slice(1) } : null
}

/**
 * The checkpoint that the note is.
 * @param {string} file what the note is called in a verdict
 * @param {Uint8Array} bytes
 * @param {readonly Key[]} keys
 * @returns {Promise<Checkpoint>}
 */
export async function openCheckpoint(file, bytes, keys) {
  const { text, signers } = await openNote(file, bytes, keys)
  return { ...checkpointIn(file, text), signers, text }
}

/**
 * The text of a note and those of the given keys that signed it. Signatures by other keys are ignored; one by a given key
 * that does not verify condemns the note, and so does the lack of any.
 * @template {Key} Known
 * @param {string} file what the note is called in a verdict
 * @param {Uint8Array} bytes
 * @param {readonly Known[]} keys
 * @returns {Promise<{ text: string, signers: Known[] }>}
 */
export async function openNote(file, bytes, keys) {
  const note = textIn(bytes) ?? ''
  const end = note.lastIndexOf('\n\n')
  // oxlint-disable-next-line no-control-regex -- control characters are what the specification forbids
  if (end < 0 || !note.endsWith('\n') || /[\0-\x09\x0b-\x1f]/.test(note)) {
    throw notVerified(`${file}: it is not a signed note`)
  }
  const text = note.slice(0, end + 1)
  const lines = note.slice(end + 2, -1).split('\n')
  if (lines.length > mostSignatures) throw notVerified(`${file}: it has more than ${mostSignatures} signatures`)
  /** @type {Known[]} */
  const signers = []
  for (const line of lines) {
    const signature = signatureIn(line)
    if (signature === null) throw notVerified(`${file}: one of its signature lines is malformed`)
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id)
    if (!key) continue
    if (!(await isSignedBy(key, utf8(text), signature.bytes))) {
      throw notVerified(`${file}: its signature by ${key.name} (key ${key.id}) is wrong`)
    }
    signers.push(key)
  }
  if (signers.length === 0) throw notVerified(`${file}: it is not signed by the given key`)
  return { text, signers }
}

/**
 * @param {string} file
 * @param {string} text of a note that was opened
 */
function checkpointIn(file, text) {
  const [origin = '', size = '', encoded = '', end, ...extensions] = text.split('\n')
  if (end !== '' || extensions.length > 0) throw notVerified(`${file}: a checkpoint has exactly three lines`)
  if (!isName(origin)) throw notVerified(`${file}: the origin of the checkpoint is empty or has spaces`)
  if (!/^(?:0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw notVerified(`${file}: the size of the checkpoint is not a whole number without leading zeros`)
  }
  const root = fromBase64(encoded)
  if (root?.length !== 32) throw notVerified(`${file}: the root of the checkpoint is not the base64 of 32 bytes`)
  return { origin, size: Number(size), root: toHex(root) }
}

/** @param {string} line */
function signatureIn(line) {
  const [dash, name = '', encoded = '', ...rest] = line.split(' ')
  const bytes = fromBase64(encoded)
  if (dash !== '—' || !isName(name) || rest.length > 0 || bytes === null || bytes.length < 5) return null
  return { name, id: toHex(bytes.subarray(0, 4)), bytes: bytes.slice(4) }
}

/**
 * @param {Key} key
 * @param {Bytes} message
 * @param {Bytes} signature
 */
async function isSignedBy({ publicKey }, message, signature) {
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, { name: 'Ed25519' }, false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, signature, message)
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotSupportedError') return false
    throw couldNotCheck('this browser cannot check Ed25519 signatures. Use a newer one, or the command')
  }
}

/** @param {string} name */
function isName(name) {
  return /^[^+\s\p{Z}\p{Cc}\p{Cs}]+$/u.test(name)
}
