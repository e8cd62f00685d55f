import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { checkCampaign, type Check } from '../actions/check-campaign.ts'
import { campaignTopics, openCampaign } from '../actions/list-campaigns.ts'
import { laterReasons } from '../domain/gate.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { Cell, Figure, StaffPart } from '../staff-views.ts'
import type { Campaign } from '../actions/list-campaigns.ts'
import { explainOne } from './campaign-why.ts'
import {
  campaignUrl,
  dayWords,
  instantWords,
  lookUp,
  numberWords,
  oneDecimal,
  reasonWords,
  slugOf,
  waysOn,
} from './campaign-words.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** Who would get a campaign now, later or not at all, and why; and the same for one person. */
export function checkPages(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/campaigns/:slug/check', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => show(site, look, request, reply),
  })
  staffPage(server, site, '/admin/campaigns/:slug/why', {
    roles: rolesFor.campaigns,
    get: (_look, request, reply) => reply.redirect(campaignUrl(slugOf(request), 'check'), 303),
    post: (look, request, reply) => explainOne(site, look, request, reply),
  })
}

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const slug = slugOf(request)
  const campaign = await openCampaign(site.house, slug)
  const begun = performance.now()
  const check = await checkCampaign(site.house, slug)
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  const at = instantWords(look.now.toISOString(), look.brand.timeZone)
  const draft = campaign.state === 'draft'
  const reached = check.now + check.later
  return sendStaff(reply, look, staffText('staff.campaigns.check.heading', { subject: campaign.subject }), [
    waysOn(campaign, 'check'),
    { kind: 'text', look: 'muted', lines: [staffText('staff.campaigns.check.asOf', { at, seconds })] },
    ...figuresOf(slug, check),
    {
      kind: 'columns',
      columns: [whyNot(campaign, check), [...whyLater(campaign, check), ...worthKnowing(look, check)]],
    },
    { kind: 'text', lines: reached === 0 ? [await nobodyWords(site, campaign, check)] : [] },
    {
      kind: 'next',
      links: [
        ...(draft && reached > 0
          ? [{ label: staffText('staff.campaigns.toSend'), url: campaignUrl(slug, 'send'), look: 'primary' as const }]
          : []),
        ...(draft
          ? [
              {
                label: staffText('staff.campaigns.narrow.link'),
                url: campaignUrl(slug, 'narrow'),
                look: 'plain' as const,
              },
            ]
          : []),
      ],
    },
    { kind: 'text', look: 'muted', lines: [staffText('staff.campaigns.check.noAnyway')] },
    { kind: 'heading', text: staffText('staff.campaigns.lookUp.heading') },
    lookUp(look, campaign),
  ])
}

/** An empty audience is an answer: nobody said yes, or whoever did may not have it now. */
async function nobodyWords({ house }: Site, { topic }: Campaign, check: Check): Promise<string> {
  const asked = (await campaignTopics(house)).find(({ id }) => id === topic)?.asked ?? 0
  return staffText(asked === 0 ? 'staff.campaigns.check.nobodyAsked' : 'staff.campaigns.check.nobody', {
    people: numberWords(check.people),
  })
}

/** The three numbers that add up, each with its people behind it. */
export function figuresOf(
  slug: string,
  { people, now, later, never }: Pick<Check, 'people' | 'now' | 'later' | 'never'>,
) {
  const figures = Object.entries({ now, later, never }).map(([verdict, n]): Figure => ({
    label: staffText(`staff.campaigns.verdict.${verdict as 'now'}`),
    value: numberWords(n),
    url: campaignUrl(slug, 'people', { verdict }),
    look: verdict as Figure['look'],
    share: people === 0 ? 0 : Math.round((1000 * n) / people),
  }))
  const label = staffText('staff.campaigns.check.sum', {
    people: numberWords(people),
    now: numberWords(now),
    later: numberWords(later),
    never: numberWords(never),
  })
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.campaigns.check.of', { people })] },
    { kind: 'figures', label, figures },
  ]
  return parts
}

function isLater(reason: string): boolean {
  return laterReasons.some((later) => later === reason)
}

/** A table of reasons, the commonest first; each number opens its people and the rule. */
export function reasonsTable(
  { slug, topicName }: Pick<Campaign, 'slug' | 'topicName'>,
  reasons: Record<string, number>,
  verdict: 'later' | 'never',
): StaffPart {
  const rows = Object.entries(reasons)
    .filter(([reason]) => isLater(reason) === (verdict === 'later'))
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, n]): Cell[] => [
      { text: reasonWords(reason, topicName), url: campaignUrl(slug, 'people', { verdict, reason }) },
      { text: numberWords(n), look: 'number' },
    ])
  return {
    kind: 'table',
    caption: staffText(verdict === 'later' ? 'staff.campaigns.check.whyLater' : 'staff.campaigns.check.whyNot'),
    columns: [{ label: staffText('staff.campaigns.reasonLabel') }, peopleColumn()],
    rows,
    none: staffText(verdict === 'later' ? 'staff.campaigns.check.noneLater' : 'staff.campaigns.check.noneNot'),
  }
}

const peopleColumn = () => ({ label: staffText('staff.campaigns.people'), look: 'number' }) as const

function whyNot(campaign: Campaign, check: Check): StaffPart[] {
  return [reasonsTable(campaign, check.reasons, 'never')]
}

function whyLater(campaign: Campaign, check: Check): StaffPart[] {
  const slots: StaffPart = {
    kind: 'table',
    caption: staffText('staff.campaigns.check.slots'),
    columns: [
      { label: staffText('staff.campaigns.check.slot') },
      { label: staffText('staff.campaigns.check.items'), look: 'number' },
      peopleColumn(),
    ],
    rows: check.slots.map(({ at, people, items }) => [
      { text: dayWords(`${at}T12:00:00Z`, 'UTC') },
      { text: numberWords(items), look: 'number' },
      { text: numberWords(people), look: 'number' },
    ]),
    none: '',
  }
  return [reasonsTable(campaign, check.reasons, 'later'), ...(check.slots.length > 0 ? [slots] : [])]
}

/** What the yeses rest on, who would hear from us for the first time, and how long it takes. */
function worthKnowing(look: StaffLook, check: Check): StaffPart[] {
  const { campaign: slug, firstEver, attested, oldestConfirmation, lasts } = check
  const reached = check.now + check.later
  if (reached === 0) return []
  const zone = look.brand.timeZone
  const share = `${oneDecimal((100 * attested) / reached)} %`
  const of = { n: numberWords(attested), of: numberWords(reached), share }
  const facts: { name: string; values: Cell[] }[] = [
    {
      name: staffText('staff.campaigns.check.firstEver'),
      values: [{ text: numberWords(firstEver), url: campaignUrl(slug, 'people', { rests: 'first-ever' }) }],
    },
    {
      name: staffText('staff.campaigns.check.oldest'),
      values: [{ text: oldestConfirmation === null ? '–' : dayWords(oldestConfirmation, zone) }],
    },
    {
      name: staffText('staff.campaigns.check.attested'),
      values: [
        {
          text: staffText('staff.campaigns.check.attestedOf', of),
          url: campaignUrl(slug, 'people', { rests: 'attested' }),
        },
      ],
    },
    ...(lasts === null
      ? []
      : [
          {
            name: staffText('staff.campaigns.check.lasts'),
            values: [{ text: instantWords(lasts.until, lasts.timeZone) }],
          },
        ]),
  ]
  return [
    { kind: 'heading', text: staffText('staff.campaigns.check.worth') },
    { kind: 'facts', facts },
  ]
}
