import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readBrand } from '../actions/read-brand.ts'
import { unnamedBrand, type Brand } from '../domain/brand.ts'
import { isDatabaseAway } from '../domain/database-away.ts'
import { readLink } from '../domain/link-token.ts'
import { Problem, type ProblemCode } from '../domain/problem.ts'
import type { Anchor } from '../form-views.ts'
import type { NoticePage } from '../page-views.ts'
import { renderPage } from '../render.ts'
import { faultOf } from './access-log.ts'
import { plainNotice, writeToUs } from './notice.ts'
import { frameOf, replyAddress } from './page-frame.ts'
import { secure } from './security-headers.ts'
import { sendPage, tokenOf, type Site } from './site.ts'
import { inSame, voiceOf, type Voice } from './voice.ts'

/** What each code is in HTTP. A new code does not compile until it has its answer here. */
const statuses: Record<ProblemCode, Status> = {
  'invalid-input': 422,
  'not-found': 404,
  'already-exists': 409,
  'link-invalid': 404,
  'link-expired': 410,
  erased: 410,
  conflict: 409,
  'not-ready': 503,
  'refused-by-gate': 403,
  'check-stale': 409,
  'verification-failed': 500,
  unavailable: 503,
  'too-many': 429,
  'sign-in-needed': 403,
}

const told = [400, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503] as const
type Status = (typeof told)[number]

const retryAfterSeconds = 30
/** What may be pressed only so often is counted by the hour. */
const tooOftenSeconds = 3_600

/** The brand as it was last read, so that a page about a failure looks the same while the database is away. */
export type LastBrand = { value: Brand; refresh(): Promise<Brand> }

/** Before it was ever read, the brand is the unnamed one. */
export function lastBrand(site: Site): LastBrand {
  return {
    value: unnamedBrand,
    async refresh() {
      this.value = await readBrand(site.house).catch(() => this.value)
      return this.value
    },
  }
}

/** Every failure as a page in the brand's look that says what became of her choices, and nothing of what is inside. */
export function problemPages(server: FastifyInstance, site: Site, brand: LastBrand): void {
  server.addHook('onReady', async () => void (await brand.refresh()))
  server.setNotFoundHandler(() => {
    throw new Problem('not-found', 'there is no such address')
  })
  server.setErrorHandler(async (error, request, reply) => {
    const status = statusOf(error)
    if (status >= 500) request.log.error(faultOf(error, request), 'failed')
    if (status === 503) reply.header('retry-after', retryAfterSeconds)
    if (status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', tooOftenSeconds)
    // Neither while the database is away nor for a flood is it asked anything.
    const look = status < 500 && status !== 429 ? await brand.refresh() : brand.value
    const page = isErased(error)
      ? erasedPage(voiceOf(request, look), look)
      : problemPage(site, request, look, textsFor(error, status))
    return sendPage(reply, 'notice', page, status)
  })
}

/** For an address that the router itself cannot read, which meets neither hooks nor handlers; one too long is unknown. */
export function unreadableAddress(
  site: Site,
  brand: Brand,
  fault: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  secure(reply, site.house.publicUrl)
  const status = Object(fault).code === 'FST_ERR_BAD_URL' ? 400 : 404
  const page = renderPage('notice', problemPage(site, request, brand, { status, texts: status }))
  void reply.code(status).type('text/html; charset=utf-8').send(page)
}

/** The HTTP status of anything that was thrown. */
export function statusOf(error: unknown): Status {
  if (error instanceof Problem) return statuses[error.code]
  const { statusCode } = Object(error) as { statusCode?: unknown }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return told.find((each) => each === statusCode) ?? 400
  }
  return isDatabaseAway(error) ? 503 : 500
}

function isErased(error: unknown): boolean {
  return error instanceof Problem && error.code === 'erased'
}

/** To an old link of somebody who was erased: what was done, and what is kept so that it stays so. */
function erasedPage(voice: Voice, brand: Brand): NoticePage {
  return plainNotice(voice, brand, voice.say('erase.done'), {
    lead: [voice.say('erase.kept')],
    after: writeToUs(voice, brand),
    links: [{ label: voice.say('erase.back'), url: inSame(voice, '/start') }],
  })
}

/** A status, and whose words tell it: its own, or those for a page that is only shown in a session. */
type Told = { status: Status; texts: Status | 'signIn' }

function textsFor(error: unknown, status: Status): Told {
  const signIn = error instanceof Problem && error.code === 'sign-in-needed'
  return { status, texts: signIn ? 'signIn' : status }
}

function problemPage(site: Site, request: FastifyRequest, brand: Brand, { status, texts }: Told): NoticePage {
  const voice = voiceOf(request, brand)
  const heading = voice.say(`page.problem.${texts}`)
  const replyTo = replyAddress(brand)
  const write = replyTo ? [voice.say('page.problem.write', { replyTo })] : []
  const reference = status >= 500 ? [voice.say('page.problem.reference', { reference: request.id })] : []
  const hers = status === 404 || texts === 'signIn' ? null : herPage(site, request)
  return {
    frame: frameOf(voice, brand, heading, hers && inSame(voice, `${hers}/stop`)),
    heading,
    status: false,
    lead: [leadFor(voice, texts, request.method)],
    sentence: null,
    after: [...write, ...reference],
    aside: '',
    row: null,
    extra: [],
    links: hers ? [{ label: voice.say('page.problem.openAgain'), url: inSame(voice, hers) }] : wayIn(voice, texts),
  }
}

/** Where her page is, for a press on it that failed: behind the link of a mail, or in a session. */
function herPage(site: Site, request: FastifyRequest): string | null {
  if (/^\/me(?:\/|$)/.test(request.routeOptions?.url ?? '')) return '/me'
  const token = tokenOf(request)
  return readLink(site.house.keys.links, token)?.purpose === 'preferences' ? `/p/${token}` : null
}

/** Whoever has no link that works may have one mailed. */
function wayIn(voice: Voice, texts: Told['texts']): Anchor[] {
  return texts === 404 || texts === 410 || texts === 'signIn'
    ? [{ label: voice.say('page.problem.find'), url: inSame(voice, '/find') }]
    : []
}

/** A request that only reads changed nothing for certain; of a press that failed inside we do not know. */
function leadFor(voice: Voice, status: Told['texts'], method: string): string {
  if (status !== 500 && status !== 503) return voice.say(`page.problem.${status}.lead`)
  return voice.say(method === 'POST' ? 'page.problem.write.unsure' : 'page.problem.read')
}
