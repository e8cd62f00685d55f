import { createPrivateKey, createPublicKey } from 'node:crypto'
import { Problem } from '../domain/problem.ts'

/** Signs one mail: gives its bytes (latin1 characters) with a DKIM-Signature in front, checked before it is given. */
export type Sign = (mime: string) => Promise<string>

/** RFC 6376 section 5.4.1, and the list fields that RFC 8058 section 4 wants signed. */
const signedFields =
  'From:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:Auto-Submitted:List-Id:List-Unsubscribe:List-Unsubscribe-Post'
const listFields = ['list-id', 'list-unsubscribe', 'list-unsubscribe-post']
const smallestKeyBits = 2048

/**
 * A signer for one domain. Every signature is verified with the public half before the mail is given back: a mail
 * that would leave unsigned, or with a list field that the signature does not cover, is an error instead.
 * @param pem the private key, RSA of at least 2048 bits (RFC 8301 section 3).
 * @throws Problem `not-ready` for any other key.
 */
export function dkimSigner(pem: string, domain: string, selector: string): Sign {
  const publicKey = publicKeyOf(pem)
  const record = `v=DKIM1; k=rsa; p=${publicKey}`
  const resolver = async () => [[record]]
  return async (mime) => {
    // Loaded with the first mail that needs it: it is large, and most commands sign nothing.
    const { dkimSign, dkimVerify } = await import('mailauth')
    const bytes = Buffer.from(mime, 'latin1')
    const key = { signingDomain: domain, selector, privateKey: pem }
    const { signatures, errors } = await dkimSign(bytes, {
      ...key,
      canonicalization: 'relaxed/relaxed',
      algorithm: 'rsa-sha256',
      headerList: signedFields,
      signatureData: [key],
    })
    const signed = `${signatures}${mime}`
    const { results } = await dkimVerify(Buffer.from(signed, 'latin1'), { resolver })
    const covered = (results[0]?.signingHeaders?.keys ?? '')
      .toLowerCase()
      .split(':')
      .map((name) => name.trim())
    const head = mime.slice(0, mime.indexOf('\r\n\r\n')).toLowerCase()
    const uncovered = listFields.filter((name) => head.includes(`${name}:`) && !covered.includes(name))
    if (errors?.length || results[0]?.status.result !== 'pass' || !results[0].status.aligned || uncovered.length > 0) {
      throw new Problem(
        'not-ready',
        `the mail could not be signed for ${domain}; its From address must be in that domain; check --from, DKIM_KEY_FILE, DKIM_DOMAIN and DKIM_SELECTOR`,
      )
    }
    return signed
  }
}

function publicKeyOf(pem: string): string {
  try {
    const key = createPrivateKey(pem)
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    if (key.asymmetricKeyType === 'rsa' && bits >= smallestKeyBits) {
      return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
    }
  } catch {
    // An unreadable key and a wrong one have the same fix.
  }
  throw new Problem(
    'not-ready',
    `the DKIM key must be an RSA private key of at least ${smallestKeyBits} bits in PEM form; make one with: openssl genrsa 2048`,
  )
}
