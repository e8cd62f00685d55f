import { campaignEffects } from '../actions/campaign-effects.ts'
import { changedMinds } from '../actions/campaign-people.ts'
import { topicChanges, type Campaign, type TopicChange } from '../actions/list-campaigns.ts'
import { reportCampaign, type Report } from '../actions/report-campaign.ts'
import { reportedStates } from '../domain/campaign-state.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import type { Press } from '../form-views.ts'
import type { Cell, StaffPart } from '../staff-views.ts'
import { reasonsTable } from './campaign-check.ts'
import { liveScript } from './campaign-live.ts'
import { standsNow } from './campaign-narrow.ts'
import { campaignUrl, instantWords, lookUp, numberWords, waysOn } from './campaign-words.ts'
import type { Site } from './site.ts'
import type { StaffLook } from './staff-door.ts'

/** Whether anything about it may change by itself at any moment. */
export function isUnderWay({ state }: Pick<Campaign, 'state'>): boolean {
  return state === 'scheduled' || state === 'sending'
}

/** The whole page of a campaign that is no draft any more. */
export async function reportParts(site: Site, look: StaffLook, campaign: Campaign): Promise<StaffPart[]> {
  const { slug, state } = campaign
  const [report, effects, minds, narrowing, retags] = await Promise.all([
    reportCampaign(site.house, slug),
    campaignEffects(site.house, slug),
    changedMinds(site.house, slug, mostMinds),
    standsNow(site, campaign),
    topicChanges(site.house, campaign),
  ])
  const under = isUnderWay(campaign)
  const shown = liveParts(look, campaign, report, look.now)
  const from = `${campaignUrl(slug, 'report')}/live`
  return [
    waysOn(campaign, 'report'),
    ...stateParts(look, campaign),
    steeringPresses(look, campaign, report),
    ...(under ? [{ kind: 'live', from, body: liveScript, parts: shown } as const] : shown),
    ...(under ? [refreshLink(look, slug)] : []),
    ...(state === 'scheduled' ? [] : afterwards(campaign, report, minds?.length ?? null, effects)),
    {
      kind: 'text',
      look: 'muted',
      lines: [...retagLines(look, retags), narrowing, staffText('staff.campaigns.report.noPixel')],
    },
    ...(state === 'scheduled' ? [] : [csvPress(look, campaign, report)]),
    { kind: 'heading', text: staffText('staff.campaigns.lookUp.heading') },
    lookUp(look, campaign),
  ]
}

const mostMinds = 200

/** "Topic changed from Sales to Repairs by Ana, Fri 27 Nov 2026, 13:58:02 (Europe/London)." */
function retagLines({ brand }: StaffLook, changes: readonly TopicChange[]): string[] {
  return changes.map(({ at, from, to, by }) => {
    const who = by ?? staffText('staff.campaigns.report.somebody')
    return staffText('staff.campaigns.report.retagged', { from, to, by: who, at: instantWords(at, brand.timeZone) })
  })
}

/** Where it stands, in words, and why it stands still where it does. */
function stateParts(look: StaffLook, { state, sendAt, startedAt, confirmed, note }: Campaign): StaffPart[] {
  const zone = look.brand.timeZone
  const lines = [staffText(`staff.campaigns.state.${state}`)]
  if (state === 'scheduled' && sendAt !== null) {
    const most = confirmed ?? 0
    lines.push(staffText('staff.campaigns.report.starts', { at: instantWords(sendAt, zone), most }))
  }
  if (startedAt !== null) lines.push(staffText('staff.campaigns.report.began', { at: instantWords(startedAt, zone) }))
  const parts: StaffPart[] = [{ kind: 'text', look: 'lead', lines: [lines.join('. ')] }]
  if (note !== null) parts.push({ kind: 'verdicts', items: [{ text: note, look: 'bad' }] })
  return parts
}

/** What may be pressed in this state; what has all gone can only be looked at. */
function steeringPresses(look: StaffLook, { slug, state }: Campaign, report: Report): StaffPart {
  const press = (what: string, label: string, way: Press['look']): Press => ({
    action: campaignUrl(slug, 'report'),
    label,
    look: way,
    fields: [
      { name: 'seal', value: look.seal },
      { name: 'do', value: what },
    ],
  })
  const waits = report.held + report.deferred + report.released > 0
  const runs = state === 'sending' || (state === 'sent' && waits)
  const buttons = [
    ...(state === 'scheduled' ? [press('call-off', staffText('staff.campaigns.report.dontSend'), 'stop')] : []),
    ...(runs ? [press('pause', staffText('staff.campaigns.report.pause'), 'stop')] : []),
    ...(state === 'paused' ? [press('resume', staffText('staff.campaigns.report.resume'), 'primary')] : []),
  ]
  return { kind: 'presses', buttons }
}

/** What a live page shows anew: how far it is, and where each of those who were planned is now. */
export function liveParts(look: StaffLook, campaign: Campaign, report: Report, now: Date): StaffPart[] {
  if (campaign.state === 'scheduled') {
    const seconds = Math.max(0, Math.ceil((Date.parse(campaign.sendAt ?? '') - now.getTime()) / 1000))
    return seconds > 90 ? [] : [{ kind: 'text', lines: [staffText('staff.campaigns.report.holding', { seconds })] }]
  }
  const done = report.now - report.released
  const most = Math.max(campaign.confirmed ?? 0, report.now, 1)
  const label = staffText('staff.campaigns.report.progress', { done: numberWords(done), most: numberWords(most) })
  return [
    ...(campaign.state === 'sending' ? [{ kind: 'progress', label, value: done, max: most } as const] : []),
    sumLine(report),
    statesTable(campaign.slug, report),
    ...(report.waitingTurnUntil === null
      ? []
      : [
          {
            kind: 'text' as const,
            lines: [
              staffText('staff.campaigns.report.turns', {
                n: numberWords(report.waitingTurn),
                at: instantWords(report.waitingTurnUntil, look.brand.timeZone),
              }),
            ],
          },
        ]),
  ]
}

/** "8,310 now + 2,900 later = 8,295 sent + 12 changed + …": it agrees at every instant. */
function sumLine(report: Report): StaffPart {
  const { now, later, never, people } = report
  const states = reportedStates.filter((state) => report[state] > 0)
  const parts = states.map((state) => `${numberWords(report[state])} ${staffText(`staff.campaigns.tally.${state}`)}`)
  const right = parts.length === 0 ? '0' : parts.join(' + ')
  const sum = { now: numberWords(now), later: numberWords(later), right }
  return {
    kind: 'text',
    lines: [staffText('staff.campaigns.report.of', { people, never }), staffText('staff.campaigns.report.sum', sum)],
  }
}

function statesTable(slug: string, report: Report): StaffPart {
  return {
    kind: 'table',
    caption: staffText('staff.campaigns.report.became'),
    columns: [
      { label: staffText('staff.campaigns.report.outcome') },
      { label: staffText('staff.campaigns.people'), look: 'number' },
    ],
    rows: reportedStates
      .filter((state) => report[state] > 0)
      .map((state): Cell[] => [
        { text: staffText(`staff.campaigns.tally.${state}`), url: campaignUrl(slug, 'people', { state }) },
        { text: numberWords(report[state]), look: 'number' },
      ]),
    none: staffText('staff.campaigns.report.noneYet'),
  }
}

function refreshLink({ now, brand }: StaffLook, slug: string): StaffPart {
  const at = instantWords(now.toISOString(), brand.timeZone)
  return {
    kind: 'links',
    links: [{ label: staffText('staff.campaigns.report.refresh', { at }), url: campaignUrl(slug, 'report') }],
  }
}

/** Why the others did not get it, who changed their mind meanwhile, and what it did to the relationship. */
function afterwards(
  campaign: Campaign,
  report: Report,
  minds: number | null,
  effects: Awaited<ReturnType<typeof campaignEffects>>,
): StaffPart[] {
  const { slug } = campaign
  const counted = minds === mostMinds ? `${numberWords(mostMinds)}+` : numberWords(minds ?? 0)
  const rows = Object.entries(effects).map(([effect, n]): Cell[] => [
    { text: staffText(`staff.campaigns.effect.${effect as 'more'}`) },
    { text: numberWords(n), look: 'number' },
  ])
  const changed: StaffPart = {
    kind: 'links',
    links: [
      {
        label: staffText('staff.campaigns.report.minds', { n: counted }),
        url: campaignUrl(slug, 'people', { minds: 'changed' }),
      },
    ],
  }
  const effectsTable: StaffPart = {
    kind: 'table',
    caption: staffText('staff.campaigns.report.effects'),
    columns: [
      { label: staffText('staff.campaigns.report.effect') },
      { label: staffText('staff.campaigns.people'), look: 'number' },
    ],
    rows,
    none: '',
  }
  return [
    ...(minds === null ? [] : [changed]),
    { kind: 'columns', columns: [[reasonsTable(campaign, report.reasons, 'never')], [effectsTable]] },
  ]
}

function csvPress(look: StaffLook, { slug, state }: Campaign, { unknown }: Report): StaffPart {
  const fields = [
    { name: 'seal', value: look.seal },
    { name: 'do', value: 'csv' },
  ]
  const label = staffText('staff.campaigns.report.csv')
  const again = unknown > 0 && (state === 'sent' || state === 'sending')
  const retry = { label: staffText('staff.campaigns.retry.link'), url: campaignUrl(slug, 'retry') }
  const cancel = { label: staffText('staff.campaigns.cancel.link'), url: campaignUrl(slug, 'cancel') }
  return {
    kind: 'columns',
    columns: [
      [{ kind: 'presses', buttons: [{ action: campaignUrl(slug, 'report'), label, look: 'plain', fields }] }],
      [{ kind: 'links', links: [...(again ? [retry] : []), cancel] }],
    ],
  }
}
