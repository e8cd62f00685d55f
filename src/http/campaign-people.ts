import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { changedMinds, peopleCounted, peopleReported, type Counted, type Listed } from '../actions/campaign-people.ts'
import { openCampaign } from '../actions/list-campaigns.ts'
import { reportedStates, type ReportedState } from '../domain/campaign-state.ts'
import { laterReasons, neverReasons } from '../domain/gate.ts'
import { notChosen } from '../domain/narrowing.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import type { Campaign } from '../actions/list-campaigns.ts'
import { campaignUrl, instantWords, reasonWords, slugOf, waysOn } from './campaign-words.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

const peopleOnPage = 50
/** Who changed their mind between two moments stands on one page. */
const mostMinds = 200

/** What a list is of; each is one of these and nothing else, so that no word of an address reaches a query. */
type Asked = { of: 'counted'; counted: Counted } | { of: 'state'; state: ReportedState } | { of: 'minds' }

/** The people behind a number, and its rule. */
export function peoplePages(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/campaigns/:slug/people', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => show(site, look, request, reply),
  })
}

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { query } = request
  const asked = askedBy(query)
  const after = afterIn(query)
  const campaign = await openCampaign(site.house, slugOf(request))
  const page = await listOf(site, campaign, asked, after)
  const next = { ...parametersOf(query), after: page.next ?? '' }
  const later = page.next === null ? null : campaignUrl(campaign.slug, 'people', next)
  const first = after === null ? null : campaignUrl(campaign.slug, 'people', parametersOf(query))
  return sendStaff(reply, look, asHeading(headingOf(asked, campaign.topicName)), [
    waysOn(campaign, 'people'),
    { kind: 'text', lines: [campaign.subject], look: 'lead' },
    { kind: 'text', lines: ruleOf(asked, campaign.topicName), look: 'muted' },
    tableOf(page.people, asked, campaign, look.brand.timeZone),
    {
      kind: 'pages',
      label: staffText('staff.campaigns.list.pages'),
      earlier: first === null ? null : { label: staffText('staff.campaigns.list.first'), url: first },
      later: later === null ? null : { label: staffText('staff.campaigns.list.next'), url: later },
    },
  ])
}

async function listOf(
  { house }: Site,
  { slug }: Campaign,
  asked: Asked,
  after: string | null,
): Promise<{ people: (Listed & { at?: string })[]; next: string | null }> {
  const page = { after, limit: peopleOnPage }
  if (asked.of === 'counted') return peopleCounted(house, slug, asked.counted, page)
  if (asked.of === 'state') return peopleReported(house, slug, asked.state, page)
  return { people: (await changedMinds(house, slug, mostMinds)) ?? [], next: null }
}

const names = ['verdict', 'reason', 'rests', 'state', 'minds', 'after']

/** @throws 400 for a filter that is none of ours, or holds what is none of its values. */
function askedBy(query: unknown): Asked {
  if (Object.keys(Object(query) as object).some((name) => !names.includes(name))) throw unreadable()
  const { verdict, reason, rests, state, minds } = parametersOf(query)
  const given = [verdict, rests, state, minds].filter((each) => each !== undefined)
  if (given.length !== 1 || (reason !== undefined && verdict === undefined)) throw unreadable()
  if (minds === 'changed') return { of: 'minds' }
  const known = reportedStates.find((each) => each === state)
  if (known) return { of: 'state', state: known }
  if (rests === 'first-ever' || rests === 'attested') return { of: 'counted', counted: { rests } }
  if (verdict !== 'now' && verdict !== 'later' && verdict !== 'never') throw unreadable()
  const reasons: readonly string[] = verdict === 'later' ? laterReasons : [...neverReasons, notChosen]
  if (reason !== undefined && (verdict === 'now' || !reasons.includes(reason))) throw unreadable()
  return { of: 'counted', counted: { verdict, reason: reason ?? null } }
}

function afterIn(query: unknown): string | null {
  const after = fieldOf(query, 'after')
  if (after === undefined) return null
  if (/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/.test(after)) return after
  throw unreadable()
}

function parametersOf(query: unknown): Record<string, string> {
  const pairs = names.filter((name) => name !== 'after').map((name) => [name, fieldOf(query, name)] as const)
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

function unreadable(): Error {
  return Object.assign(new Error('no such list'), { statusCode: 400 })
}

function headingOf(asked: Asked, topic: string): string {
  if (asked.of === 'minds') return staffText('staff.campaigns.list.minds')
  if (asked.of === 'state') return staffText(`staff.campaigns.tally.${asked.state}`)
  const { counted } = asked
  if ('rests' in counted) return staffText(`staff.campaigns.rests.${counted.rests}`)
  const verdict = staffText(`staff.campaigns.verdict.${counted.verdict}`)
  return counted.reason === null ? verdict : `${verdict}: ${reasonWords(counted.reason, topic)}`
}

/** Words from the middle of a sentence, as they stand over a page. */
function asHeading(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1)
}

/** The rule that put them there, and as of when. */
function ruleOf(asked: Asked, topic: string): string[] {
  if (asked.of === 'minds') return [staffText('staff.campaigns.list.mindsRule')]
  if (asked.of === 'state') return [staffText('staff.campaigns.list.recorded')]
  const { counted } = asked
  const reason = 'rests' in counted ? null : counted.verdict === 'now' ? 'now' : counted.reason
  const rule = reason === null ? [] : [staffText(`staff.campaigns.rule.${reason as 'now'}`, { topic })]
  return [...rule, staffText('staff.campaigns.list.judgedNow')]
}

function tableOf(
  people: readonly (Listed & { at?: string })[],
  asked: Asked,
  { topicName }: Campaign,
  timeZone: string,
): StaffPart {
  const when = (at: string | null | undefined) => (at ? instantWords(at, timeZone) : '–')
  return {
    kind: 'table',
    caption: staffText('staff.campaigns.people'),
    columns: [
      { label: staffText('staff.campaigns.list.name') },
      { label: staffText('staff.campaigns.list.address') },
      { label: staffText('staff.campaigns.reasonLabel') },
      { label: staffText(asked.of === 'minds' ? 'staff.campaigns.list.changedAt' : 'staff.campaigns.list.until') },
    ],
    rows: people.map(({ name, address, reason, until, reply, at }) => [
      { text: name || '–' },
      { text: address || '–' },
      { text: reply ?? (reason === null ? '–' : reasonWords(reason, topicName)) },
      { text: when(at ?? until) },
    ]),
    none: staffText('staff.campaigns.list.none'),
  }
}
