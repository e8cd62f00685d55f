import { z } from 'zod'
import { isLoopback } from './domain/loopback.ts'
import { Problem } from './domain/problem.ts'

/** An address, or a network as address and length. */
function isProxy(text: string): boolean {
  const [address = '', length, ...more] = text.split('/')
  const isIp = z.union([z.ipv4(), z.ipv6()]).safeParse(address).success
  const most = address.includes(':') ? 128 : 32
  return isIp && more.length === 0 && (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= most))
}

/** By https, or on this very machine. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true')

const environment = z.object({
  /** PostgreSQL 15 or newer. Default: the bundled server, with its data in DATA_DIR. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' }).optional(),
  /** The relay that takes our mail. Default: a Maildir in DATA_DIR/mailbox. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// address' }).optional(),
  /** A relay or account of its own for service mail (confirmations, links, receipts). Default: SMTP_URL, over connections of its own. */
  SMTP_SERVICE_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// address' }).optional(),
  /** What customers' links start with; never taken from a request. Default: http://HOST:PORT */
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  /** TCP port of the pages. Default: 3000 */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Address the pages listen on. Default: 127.0.0.1 */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Folder for the bundled database, the keyring, the mailbox, the no-list and the high-water mark. Default: ./data */
  DATA_DIR: z.string().min(1).default('./data'),
  /** The keyring (mode 0400). Default: DATA_DIR/keyring.json, made at the first start. */
  SECRET_KEY_FILE: z.string().min(1).optional(),
  /** Addresses or networks (CIDR), with commas between, of proxies whose X-Forwarded-For is believed. Default: nobody's */
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .refine((all) => all.every(isProxy), 'must be IP addresses or networks like 10.0.0.0/8, with commas between')
    .default([]),
  /** RSA key (PEM) that signs mail. Default: none */
  DKIM_KEY_FILE: z.string().min(1).optional(),
  /** Domain of the signature, aligned with the From address. */
  DKIM_DOMAIN: z.string().min(1).optional(),
  DKIM_SELECTOR: z.string().min(1).optional(),
  /** 1 when the relay signs our mail itself. Default: 0 */
  RELAY_SIGNS: flag.default(false),
  /** The identity provider that staff sign in with (OpenID Connect). Default: a link by our own mail */
  OIDC_ISSUER: z.string().refine(isIssuer, 'must be an https:// address').optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  /** The client's secret, alone in a file. */
  OIDC_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
})

/** What the environment says, parsed once, by the command line that is given it. Fields are described at their source. */
export type Config = Readonly<{
  databaseUrl: string | null
  smtpUrl: string | null
  smtpServiceUrl: string | null
  publicUrl: string
  port: number
  host: string
  dataDir: string
  secretKeyFile: string | null
  trustedProxies: readonly string[]
  dkim: { keyFile: string; domain: string; selector: string } | null
  relaySigns: boolean
  oidc: { issuer: string; clientId: string; secretFile: string } | null
  logLevel: string
  production: boolean
}>

/**
 * Reads the environment; an empty value counts as unset. Development needs none of it; production
 * (NODE_ENV=production) refuses to start without its secrets.
 * @throws Problem `invalid-input` that names every fault at once; values are never quoted, they may be secrets.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environment.safeParse(given)
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  const production = given['NODE_ENV'] === 'production'
  if (production) {
    for (const name of ['DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL', 'SECRET_KEY_FILE']) {
      if (!given[name]) faults.push(`${name}: needed in production`)
    }
  }
  if (given['SMTP_SERVICE_URL'] && !given['SMTP_URL']) {
    faults.push('SMTP_SERVICE_URL: needs SMTP_URL, without which mail stays in a folder of this machine')
  }
  const dkimParts = ['DKIM_KEY_FILE', 'DKIM_DOMAIN', 'DKIM_SELECTOR'].filter((name) => given[name])
  if (dkimParts.length > 0 && dkimParts.length < 3) {
    faults.push('DKIM_KEY_FILE, DKIM_DOMAIN and DKIM_SELECTOR: set all three or none')
  }
  const oidcParts = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET_FILE'].filter((name) => given[name])
  if (oidcParts.length > 0 && oidcParts.length < 3) {
    faults.push('OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET_FILE: set all three or none')
  }
  if (!parsed.success || faults.length > 0) {
    throw new Problem('invalid-input', `the environment cannot be used:\n  ${faults.join('\n  ')}`)
  }
  const value = parsed.data
  const host = value.HOST.includes(':') ? `[${value.HOST}]` : value.HOST
  return {
    databaseUrl: value.DATABASE_URL ?? null,
    smtpUrl: value.SMTP_URL ?? null,
    smtpServiceUrl: value.SMTP_SERVICE_URL ?? null,
    publicUrl: (value.PUBLIC_URL ?? `http://${host}:${value.PORT}`).replace(/\/+$/, ''),
    port: value.PORT,
    host: value.HOST,
    dataDir: value.DATA_DIR,
    secretKeyFile: value.SECRET_KEY_FILE ?? null,
    trustedProxies: value.TRUSTED_PROXIES,
    dkim:
      value.DKIM_KEY_FILE && value.DKIM_DOMAIN && value.DKIM_SELECTOR
        ? { keyFile: value.DKIM_KEY_FILE, domain: value.DKIM_DOMAIN, selector: value.DKIM_SELECTOR }
        : null,
    relaySigns: value.RELAY_SIGNS,
    oidc:
      value.OIDC_ISSUER && value.OIDC_CLIENT_ID && value.OIDC_CLIENT_SECRET_FILE
        ? { issuer: value.OIDC_ISSUER, clientId: value.OIDC_CLIENT_ID, secretFile: value.OIDC_CLIENT_SECRET_FILE }
        : null,
    logLevel: value.LOG_LEVEL,
    production,
  }
}
