import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { isHash } from './merkle.ts'
import { Problem } from './problem.ts'

/**
 * Signed notes (c2sp.org/signed-note v1.0.0) and log checkpoints (c2sp.org/tlog-checkpoint v1.0.0).
 *
 *     origin LF size LF base64(root) LF      the text; what is signed ends with this LF
 *     LF                                     the last empty line of a note ends its text
 *     — name base64(key id ‖ signature) LF   one line per key: em dash, space, key name, space; key id = 4 bytes
 *
 * key id = first 4 bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ public key); vkey = name+hex(key id)+base64(0x01 ‖ public key).
 */

const ed25519 = Buffer.of(1)
/** The DER of an Ed25519 SubjectPublicKeyInfo up to the 32 bytes of the key (RFC 8410 section 4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
/** The specification asks for 16 at least; a limit keeps a hostile note from costing time. */
const mostSignatures = 100

/** A public key by which notes are checked, under the name that stands in their signature lines. */
export type Vkey = { readonly name: string; readonly keyId: string; readonly publicKey: KeyObject }

/**
 * The vkey text of an Ed25519 key, from either half of it: what an auditor keeps.
 * @throws Problem `invalid-input` when the name is empty or has a space or a plus sign, or the key is not Ed25519.
 */
export function vkeyOf(name: string, key: KeyObject): string {
  requireName(name)
  const raw = rawPublicKey(key)
  return `${name}+${keyIdOf(name, raw)}+${Buffer.concat([ed25519, raw]).toString('base64')}`
}

/** Reads a vkey; refused when its key id does not fit its name and key, or it is not an Ed25519 one. */
export function parseVkey(text: string): { kind: 'vkey'; vkey: Vkey } | { kind: 'refused'; reason: string } {
  const [name = '', keyId = '', key = '', ...rest] = text.split('+')
  // The base64 of the key may hold plus signs itself.
  const typed = decoded([key, ...rest].join('+'))
  if (!isName(name) || typed?.length !== 33 || typed[0] !== 1) {
    return { kind: 'refused', reason: 'it is not an Ed25519 verifier key of the form name+hex+base64' }
  }
  const raw = typed.subarray(1)
  if (keyId !== keyIdOf(name, raw)) return { kind: 'refused', reason: 'its key id does not fit its name and key' }
  const publicKey = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' })
  return { kind: 'vkey', vkey: { name, keyId, publicKey } }
}

/**
 * The text with a signature by each key. The same keys and text give the same note (Ed25519, RFC 8032).
 * @throws Problem `invalid-input` when the text is empty, does not end in LF, has control characters other than LF,
 * or is not well-formed Unicode; and as `vkeyOf`.
 */
export function signNote(text: string, name: string, ...privateKeys: readonly KeyObject[]): string {
  requireName(name)
  if (!text.endsWith('\n') || hasForbiddenCharacters(text)) {
    throw new Problem('invalid-input', 'the text of a note must end in a line feed and hold no other control character')
  }
  const lines = privateKeys.map((key) => {
    if (key.type !== 'private') throw new Problem('invalid-input', 'notes are signed with a private key')
    const keyId = Buffer.from(keyIdOf(name, rawPublicKey(key)), 'hex')
    return `— ${name} ${Buffer.concat([keyId, sign(null, Buffer.from(text), key)]).toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

/**
 * Checks a note against the keys one trusts. Signatures by other keys are ignored; a signature by a known key that
 * does not verify rejects the note, and so does a note that no known key signed. Only then is `text` to be read.
 */
export function openNote(
  note: string,
  vkeys: readonly Vkey[],
): { kind: 'signed'; text: string; signers: Vkey[] } | { kind: 'refused'; reason: string } {
  const end = note.lastIndexOf('\n\n')
  if (hasForbiddenCharacters(note) || end < 0 || !note.endsWith('\n')) return refused('it is not a signed note')
  const text = note.slice(0, end + 1)
  const lines = note.slice(end + 2, -1).split('\n')
  if (lines.length > mostSignatures) return refused(`it has more than ${mostSignatures} signatures`)

  const signers: Vkey[] = []
  for (const line of lines) {
    const signature = parseSignature(line)
    if (signature === null) return refused('one of its signature lines is malformed')
    const vkey = vkeys.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId)
    if (vkey === undefined) continue
    if (!verify(null, Buffer.from(text), vkey.publicKey, signature.bytes)) {
      return refused(`its signature by ${vkey.name} (key ${vkey.keyId}) is wrong`)
    }
    signers.push(vkey)
  }
  if (signers.length === 0) return refused('it is not signed by the given key')
  return { kind: 'signed', text, signers }
}

/** One state of the log: how many leaves, under which root (64 hex digits). */
export type Checkpoint = { origin: string; size: number; root: string }

/** The text of a checkpoint, to be signed. @throws Problem `invalid-input` when a part has another form. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (!isName(origin) || !Number.isSafeInteger(size) || size < 0 || !isHash(root)) {
    throw new Problem(
      'invalid-input',
      'a checkpoint needs an origin without spaces, a size and a root of 64 hex digits',
    )
  }
  return `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\n`
}

/** Reads the text of an opened note as a checkpoint: exactly three lines, no extension lines, one spelling each. */
export function parseCheckpoint(
  text: string,
): { kind: 'checkpoint'; checkpoint: Checkpoint } | { kind: 'refused'; reason: string } {
  const [origin = '', size = '', root = '', end, ...extensions] = text.split('\n')
  if (end !== '' || extensions.length > 0) return refused('a checkpoint has exactly three lines')
  if (!isName(origin)) return refused('the origin of the checkpoint is empty or has spaces')
  if (!/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    return refused('the size of the checkpoint is not a whole number without leading zeros')
  }
  const bytes = decoded(root)
  if (bytes?.length !== 32) return refused('the root of the checkpoint is not the base64 of 32 bytes')
  return { kind: 'checkpoint', checkpoint: { origin, size: Number(size), root: bytes.toString('hex') } }
}

function parseSignature(line: string): { name: string; keyId: string; bytes: Buffer } | null {
  const [dash, name = '', encoded = '', ...rest] = line.split(' ')
  const bytes = decoded(encoded)
  if (dash !== '—' || !isName(name) || rest.length > 0 || bytes === null || bytes.length < 5) return null
  return { name, keyId: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) }
}

/** Standard base64 in its one spelling (RFC 4648 sections 3.5 and 4); Buffer alone would forgive stray characters and bits. */
function decoded(base64: string): Buffer | null {
  const bytes = Buffer.from(base64, 'base64')
  return bytes.toString('base64') === base64 ? bytes : null
}

function keyIdOf(name: string, rawKey: Uint8Array): string {
  return createHash('sha256').update(`${name}\n`).update(ed25519).update(rawKey).digest('hex').slice(0, 8)
}

function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new Problem('invalid-input', 'notes are signed with an Ed25519 key; another key was given')
  }
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length)
}

function isName(name: string): boolean {
  return /^[^+\s\p{Z}\p{Cc}\p{Cs}]+$/u.test(name)
}

function requireName(name: string): void {
  if (!isName(name)) {
    throw new Problem('invalid-input', `a key name must not be empty or hold spaces or "+"; given: "${name}"`)
  }
}

function hasForbiddenCharacters(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what the specification forbids
  return /[\0-\x09\x0b-\x1f]/.test(text) || !text.isWellFormed()
}

function refused(reason: string): { kind: 'refused'; reason: string } {
  return { kind: 'refused', reason }
}
