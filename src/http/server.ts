import { randomUUID } from 'node:crypto'
import formbody from '@fastify/formbody'
import view from '@fastify/view'
import fastify, { LogController, type FastifyInstance } from 'fastify'
import type { House } from '../actions/house.ts'
import type { IdentityProvider } from '../identity-provider.ts'
import { templates, viewsFolder } from '../render.ts'
import { accessLog, loggerFor, type LogOptions } from './access-log.ts'
import { assets } from './assets.ts'
import { campaignDesk } from './campaign-desk.ts'
import { auditPages } from './audit-pages.ts'
import { checkpointPage } from './checkpoint-page.ts'
import { detailsPages } from './details-pages.ts'
import { erasePages } from './erase-pages.ts'
import { findPages } from './find-pages.ts'
import { downloadPages } from './download-pages.ts'
import { limitGets } from './get-limit.ts'
import { health } from './health.ts'
import { home, type Doors } from './home.ts'
import { hostedCopies } from './hosted-copy.ts'
import { keepPages } from './keep-page.ts'
import { mailboxPages } from './mailbox.ts'
import { marketerDesk, type DeskOptions } from './marketer-desk.ts'
import { oneClickPages } from './one-click.ts'
import { pictures } from './pictures.ts'
import { preferencePages } from './preference-pages.ts'
import { lastBrand, problemPages, unreadableAddress } from './problem-pages.ts'
import { promisesPage } from './promises-page.ts'
import { receiptPages } from './receipt-pages.ts'
import { recordPages } from './record-pages.ts'
import { securityHeaders } from './security-headers.ts'
import { sessionPages } from './session-pages.ts'
import type { Site } from './site.ts'
import { staffPages } from './staff-pages.ts'
import { mailedSignIn } from './staff-mailed-sign-in.ts'
import { providerSignIn } from './staff-provider-sign-in.ts'
import { statementPages } from './statement-pages.ts'
import { startPages } from './start-pages.ts'
import { talkPages } from './talk-pages.ts'
import { undoPages } from './undo.ts'
import { verifyPages } from './verify-page.ts'
import { wrongTopicPages } from './wrong-topic-pages.ts'

export type ServerOptions = {
  logger: LogOptions
  /** Shows at `/` what this is, instead of how to find one's link. */
  development: boolean
  /** The Maildir that `/mailbox` shows, or null for no such page. The caller has checked that only this machine sees it. */
  mailbox: string | null
  doors?: Partial<Doors>
  /** Addresses and networks of proxies whose X-Forwarded-For is believed; no other's is. */
  trustedProxies?: readonly string[]
  /** What the marketer's desk stands on. */
  desk?: DeskOptions
  /** Who says who the staff are; without one they are mailed links. */
  identity?: IdentityProvider | null
  now?: () => Date
}

/** The largest form of ours has some 2 kB; a token at most 120 characters. */
const bodyLimit = 32_768
const longestToken = 200
/** Whoever sends a form more slowly than this is cut off, so that many such cannot keep others out. */
const requestTimeoutMs = 30_000

/** The pages and all that belongs to them, not yet listening. It keeps nothing that another process would need. */
export async function buildServer(house: House, options: ServerOptions): Promise<FastifyInstance> {
  const { mailbox, development, trustedProxies = [], now = () => new Date() } = options
  const site: Site = { house, now }
  const brand = lastBrand(site)
  const server = fastify({
    logger: loggerFor(options.logger),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: longestToken, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => unreadableAddress(site, brand.value, error, request, reply),
  })
  server.removeAllContentTypeParsers()
  await server.register(formbody, { bodyLimit })
  await server.register(view, { engine: { eta: templates }, templates: viewsFolder, production: true })
  securityHeaders(server, house.publicUrl)
  accessLog(server)
  limitGets(server)
  problemPages(server, site, brand)
  assets(server, site)
  pictures(server, site)
  health(server, site, trustedProxies)
  home(server, site, {
    development,
    mailbox: mailbox !== null,
    doors: { herPage: null, check: null, proof: null, ...options.doors },
  })
  findPages(server, site)
  startPages(server, site)
  preferencePages(server, site)
  sessionPages(server, site)
  wrongTopicPages(server, site)
  recordPages(server, site)
  receiptPages(server, site)
  downloadPages(server, site)
  keepPages(server, site)
  talkPages(server, site)
  undoPages(server, site)
  detailsPages(server, site)
  erasePages(server, site)
  statementPages(server, site)
  promisesPage(server, site)
  checkpointPage(server, site)
  verifyPages(server)
  hostedCopies(server, site)
  oneClickPages(server, site)
  staffPages(server, site)
  campaignDesk(server, site, options.desk?.senders?.dkim?.domain.toLowerCase() ?? null)
  await marketerDesk(server, site, options.desk ?? {})
  auditPages(server, site)
  if (options.identity) providerSignIn(server, site, options.identity)
  else mailedSignIn(server, site)
  if (mailbox !== null) mailboxPages(server, site, mailbox)
  return server
}
