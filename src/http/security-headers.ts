import type { FastifyInstance, FastifyReply } from 'fastify'

/** The policy of design.md section 12: nothing but our own stylesheet and images, no script at all, no frame around us. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The same policy with one thing more, for the one page that needs it. */
export function policyWith(directive: string): string {
  return `${contentSecurityPolicy}; ${directive}`
}

const headers = {
  'content-security-policy': contentSecurityPolicy,
  // Tokens stand in our addresses: no other site may learn one, no cache may keep a page, no index may list it.
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

const transportSecurity = 'max-age=31536000'

/**
 * Puts our headers on every answer, errors included; a page that may be cached says so itself.
 * `publicUrl` tells whether people reach us by https.
 */
export function securityHeaders(server: FastifyInstance, publicUrl: string): void {
  server.addHook('onRequest', (_request, reply, done) => {
    secure(reply, publicUrl)
    done()
  })
}

/** The same for an answer that is given before any hook runs. */
export function secure(reply: FastifyReply, publicUrl: string): void {
  reply.headers(headers)
  if (publicUrl.startsWith('https:')) reply.header('strict-transport-security', transportSecurity)
}
