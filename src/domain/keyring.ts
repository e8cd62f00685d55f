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
 * Those of sessions are derived from the current one of links.
 */
export type Keyring = { ledger: KeyObject; links: LinkKeys; sessions: SessionKeys; fingerprint: KeyObject }

const hexKey = z.string().regex(/^[0-9a-f]{64}$/)
const keyringFile = z.strictObject({
  ledger: z.string(),
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
    const ledger = createPrivateKey(file.ledger)
    if (ledger.asymmetricKeyType !== 'ed25519') throw new Error('not Ed25519')
    return {
      ledger,
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

/** The text of a new keyring file. @param random gives that many random bytes. */
export function newKeyring(random: (bytes: number) => Buffer): string {
  const { privateKey } = generateKeyPairSync('ed25519')
  return `${JSON.stringify(
    {
      ledger: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      links: { 1: random(32).toString('hex') },
      currentLinks: '1',
      fingerprint: random(32).toString('hex'),
    },
    null,
    2,
  )}\n`
}

/**
 * The keyed fingerprint of an address (128 bits of HMAC-SHA-256, hex): tells whether an address is suppressed or
 * erased without keeping the address. `canonical` is the identity of `parseAddress`.
 */
export function fingerprintOf(keys: Keyring, channel: string, canonical: string): string {
  return createHmac('sha256', keys.fingerprint).update(`${channel}\n${canonical}`).digest('hex').slice(0, 32)
}

/** What a database remembers of the keyring it was made with: tells two keyrings apart and gives none of the keys away. */
export function markOf(keys: Keyring): string {
  return fingerprintOf(keys, 'keyring', exportedPublic(keys.ledger))
}

function exportedPublic(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
}
