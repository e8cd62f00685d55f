import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { z } from 'zod'
import { linkKeys, type LinkKeys } from './link-token.ts'
import { Problem } from './problem.ts'
import { sessionKeys, type SessionKeys } from './session-cookie.ts'

/**
 * Three keys apart, so that losing one gives nobody the power of another: sign the ledger, make links, fingerprint addresses.
 * Those of sessions are derived from the current one of links. `formerLedger` are the public halves of the keys that signed
 * the ledger before, the oldest first; `nextLedger` is there while a change of that key is being made.
 */
export type Keyring = {
  ledger: KeyObject
  formerLedger: readonly KeyObject[]
  nextLedger: KeyObject | null
  links: LinkKeys
  sessions: SessionKeys
  fingerprint: KeyObject
}

const hexKey = z.string().regex(/^[0-9a-f]{64}$/)
const keyringFile = z.strictObject({
  ledger: z.string(),
  formerLedger: z.array(z.string()).optional(),
  nextLedger: z.string().optional(),
  links: z.record(z.string().regex(/^[1-9]\d?$/), hexKey),
  currentLinks: z.string(),
  fingerprint: hexKey,
})

/**
 * Reads the text of a keyring file: JSON with an Ed25519 key (PKCS#8 PEM), link masters by key id, and a
 * fingerprint key (32 bytes each, hex).
 * @throws Problem `not-ready` when anything is missing or of another form; the text is never quoted.
 */
export function parseKeyring(text: string): Keyring {
  try {
    const file = keyringFile.parse(JSON.parse(text))
    return {
      ledger: ed25519(createPrivateKey(file.ledger)),
      formerLedger: (file.formerLedger ?? []).map((pem) => ed25519(createPublicKey(pem))),
      nextLedger: file.nextLedger === undefined ? null : ed25519(createPrivateKey(file.nextLedger)),
      links: linkKeys(file.currentLinks, file.links),
      sessions: sessionKeys(file.links[file.currentLinks] ?? ''),
      fingerprint: createSecretKey(Buffer.from(file.fingerprint, 'hex')),
    }
  } catch {
    throw new Problem(
      'not-ready',
      'the keyring cannot be read: it must be the JSON that Courtesy wrote at its first start, with "ledger", "links", "currentLinks" and "fingerprint". Restore it from your backup of keys.',
    )
  }
}

function ed25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('not Ed25519')
  return key
}

/** The text of a keyring file with a new key that is to sign the ledger next; the same text where there is one already. */
export function withNextLedgerKey(text: string): string {
  const file = keyringFile.parse(JSON.parse(text))
  if (file.nextLedger !== undefined) return text
  return asText({ ...file, nextLedger: newLedgerKey() })
}

/** The text of a keyring file whose next key signs from now on; of the one before only its public half is kept. */
export function withNextInForce(text: string): string {
  const { nextLedger, ...file } = keyringFile.parse(JSON.parse(text))
  if (nextLedger === undefined) return text
  const former = createPublicKey(file.ledger).export({ type: 'spki', format: 'pem' }).toString()
  return asText({ ...file, ledger: nextLedger, formerLedger: [...(file.formerLedger ?? []), former] })
}

/**
 * How a keyring stands to the vkey that a database says signs its ledger (null: no change of it was ever recorded): it fits, its
 * next key is the one, or it is of after (`newer`) or before (`older`) what the database knows.
 */
export function fitOf(keys: Keyring, inForce: string | null, vkey: (key: KeyObject) => string): KeyFit {
  if (inForce === null) return keys.formerLedger.length === 0 ? 'fits' : 'newer'
  if (vkey(keys.ledger) === inForce) return 'fits'
  if (keys.nextLedger && vkey(keys.nextLedger) === inForce) return 'next'
  return keys.formerLedger.some((key) => vkey(key) === inForce) ? 'newer' : 'older'
}
export type KeyFit = 'fits' | 'next' | 'newer' | 'older'

function newLedgerKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function asText(file: z.infer<typeof keyringFile>): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

/** The text of a new keyring file. @param random gives that many random bytes. */
export function newKeyring(random: (bytes: number) => Buffer): string {
  return asText({
    ledger: newLedgerKey(),
    links: { 1: random(32).toString('hex') },
    currentLinks: '1',
    fingerprint: random(32).toString('hex'),
  })
}

/**
 * The keyed fingerprint of an address (128 bits of HMAC-SHA-256, hex): tells whether an address is suppressed or
 * erased without keeping the address. `canonical` is the identity of `parseAddress`.
 */
export function fingerprintOf(keys: Keyring, channel: string, canonical: string): string {
  return createHmac('sha256', keys.fingerprint).update(`${channel}\n${canonical}`).digest('hex').slice(0, 32)
}

/**
 * What a database remembers of the keyring it was made with: tells two keyrings apart and gives none of the keys away. It is
 * that of the first key that signed the ledger, so it stays when the key is changed.
 */
export function markOf(keys: Keyring): string {
  const [first = keys.ledger] = keys.formerLedger
  return fingerprintOf(keys, 'keyring', exportedPublic(first))
}

function exportedPublic(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
}
