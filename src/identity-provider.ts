import { readFileSync } from 'node:fs'
import { isLoopback } from './domain/loopback.ts'
import { Problem } from './domain/problem.ts'

/** What one sign-in of one browser is held together by. `redirectUri` is where the provider's answer comes to. */
type Attempt = { redirectUri: string; state: string; nonce: string; verifier: string }

/** What a provider's answer comes to: an address that it has verified; or why not, as a code that names nobody. */
type Answered = { kind: 'verified'; address: string } | { kind: 'refused'; code: string }

/** Says who somebody is, in our stead (OpenID Connect Core 1.0, code flow with PKCE, answer by `form_post`). */
export type IdentityProvider = {
  /** Where to send a browser. @throws Problem `unavailable` while the provider does not answer. */
  signInUrl(attempt: Attempt): Promise<string>
  /** Exchanges the answer that a browser brought. @throws Problem `unavailable` while the provider does not answer. */
  answered(attempt: Attempt, answer: URLSearchParams): Promise<Answered>
}

export type ProviderSettings = { issuer: string; clientId: string; secretFile: string }

const timeoutSeconds = 10

/**
 * The provider at OIDC_ISSUER. It is asked for what it can do at the first sign-in, not at the start, and again after a failure: an
 * outage of it stops nothing but signing in.
 * @throws Problem `not-ready` when the secret cannot be read.
 */
export function identityProvider({ issuer, clientId, secretFile }: ProviderSettings): IdentityProvider {
  const secret = secretIn(secretFile)
  let discovered: ReturnType<typeof discover> | null = null
  const known = () => {
    discovered ??= discover(issuer, clientId, secret).catch((error: unknown) => {
      discovered = null
      throw unavailable(error)
    })
    return discovered
  }
  return {
    async signInUrl({ redirectUri, state, nonce, verifier }) {
      const { client, provider } = await known()
      return client.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: 'openid email',
        response_mode: 'form_post',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      }).href
    },
    async answered({ redirectUri, state, nonce, verifier }, answer) {
      const { client, provider } = await known()
      try {
        const request = new Request(redirectUri, { method: 'POST', body: answer })
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier }
        const tokens = await client.authorizationCodeGrant(provider, request, checks)
        const claims = tokens.claims()
        if (!claims) return { kind: 'refused', code: 'no id token' }
        // Where the id token says nothing of an address, the provider tells it at its userinfo endpoint.
        const said =
          claims['email'] === undefined ? await client.fetchUserInfo(provider, tokens.access_token, claims.sub) : claims
        return typeof said['email'] === 'string' && said['email_verified'] === true
          ? { kind: 'verified', address: said['email'] }
          : { kind: 'refused', code: 'no verified address' }
      } catch (error) {
        const { code, error: told } = Object(error) as { code?: unknown; error?: unknown }
        if (error instanceof TypeError || code === 'OAUTH_TIMEOUT') throw unavailable(error)
        return { kind: 'refused', code: [code, told].filter(isCode).join(' ') }
      }
    },
  }
}

/** Of the whole program only this uses the library; it is loaded with the first sign-in. */
async function discover(issuer: string, clientId: string, secret: string) {
  const client = await import('openid-client')
  const url = new URL(issuer)
  const insecure = url.protocol === 'http:' && isLoopback(url.hostname)
  const provider = await client.discovery(url, clientId, undefined, client.ClientSecretBasic(secret), {
    timeout: timeoutSeconds,
    // Without TLS for trying out on this machine alone; config.ts refuses it for any other.
    ...(insecure ? { execute: [client.allowInsecureRequests] } : {}),
  })
  return { client, provider }
}

function secretIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    throw new Problem(
      'not-ready',
      `OIDC_CLIENT_SECRET_FILE ${file} cannot be read (${code}); check the path and its rights`,
    )
  }
}

/** What a browser brought as an error may be anything; only what looks like a code is one. */
function isCode(part: unknown): part is string {
  return typeof part === 'string' && /^\w{1,64}$/.test(part)
}

function unavailable(cause: unknown): Problem {
  return new Problem(
    'unavailable',
    'the identity provider does not answer as it should; check OIDC_ISSUER, and try again later',
    { cause },
  )
}
