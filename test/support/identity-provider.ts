import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { Provider } from 'oidc-provider'
import { identityProvider, type IdentityProvider } from '../../src/identity-provider.ts'
import { temporaryFolder } from './temporary-folder.ts'

type Test = { teardown(close: () => void | Promise<void>): unknown }

/** Somebody's account there: the subject is what is typed at its sign-in form. */
export type Account = { email: string; verified: boolean }

/**
 * A real OpenID provider that listens, with its own sign-in form; `accounts` are by what one types there. Its claims are in
 * the id token or, for `claimsIn: 'userinfo'`, at its userinfo endpoint alone.
 */
export async function openProvider(
  t: Test,
  answerUrl: string,
  accounts: Record<string, Account>,
  claimsIn: 'id-token' | 'userinfo' = 'id-token',
): Promise<{ identity: IdentityProvider; origin: string; close(): Promise<void> }> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  // Another site than our pages, which are at 127.0.0.1.
  const origin = `http://localhost:${port}`
  const secret = 'a secret of some length for tests'
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(origin, {
    clients: [{ client_id: 'courtesy', client_secret: secret, redirect_uris: [answerUrl], response_types: ['code'] }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'one', alg: 'RS256' }] },
    cookies: { keys: ['for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: claimsIn === 'userinfo',
    findAccount: (_context, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: accounts[id]?.email, email_verified: accounts[id]?.verified }),
    }),
  })
  const answer = provider.callback()
  server.on('request', (request, response) => void answer(request, response))
  const close = () => closed(server)
  t.teardown(close)
  const secretFile = join(temporaryFolder(t), 'oidc-secret')
  writeFileSync(secretFile, `${secret}\n`)
  return { identity: identityProvider({ issuer: origin, clientId: 'courtesy', secretFile }), origin, close }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => void server.close(() => resolve()))
}

/** What a browser would do there: follows, types the account's name, agrees, and gives what is sent back to us. */
export async function signInThere(url: string, account: string): Promise<URLSearchParams> {
  const cookies = new Map<string, string>()
  let next: { url: string; body?: URLSearchParams } = { url }
  for (let hop = 0; hop < 12; hop++) {
    const response = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(next.body ? { method: 'POST', body: next.body } : {}),
    })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      next = { url: new URL(location, next.url).href }
      continue
    }
    const html = await response.text()
    const action = attributeOf(/<form[^>]*>/.exec(html)?.[0] ?? '', 'action')
    const inputs = [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => input)
    const fields = new URLSearchParams(
      Object.fromEntries(inputs.map((input) => [attributeOf(input, 'name'), attributeOf(input, 'value')])),
    )
    if (fields.has('state')) return fields
    if (/name="login"/.test(html)) {
      fields.set('login', account)
      fields.set('password', 'any')
    }
    next = { url: new URL(action, next.url).href, body: fields }
  }
  throw new Error('the provider led nowhere')
}

/** Its pages are not ours: nothing of them is held to anything. */
function attributeOf(tag: string, name: string): string {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? ''
}
