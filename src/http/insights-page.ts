import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readInsights } from '../actions/read-insights.ts'
import { rungs } from '../domain/insights.ts'
import type { Insights } from '../domain/insights-told.ts'
import { Problem } from '../domain/problem.ts'
import { lastDays } from '../domain/span.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { toldWords } from '../domain/told-words.ts'
import type { StaffPart } from '../staff-views.ts'
import { numberCell } from './insights-charts.ts'
import { channelParts, historyParts, paceParts, reasonParts, section, topicParts } from './insights-demand.ts'
import { expiringParts, heldParts, promiseParts, questionParts } from './insights-kept.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { formProblem, lineField, staffTime } from './staff-form.ts'

/** `/admin/insights`: what people ask for, and how we kept to it. One page for reading and printing; its address holds its period. */
export function insightsPage(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/insights', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => show(site, look, request, reply),
  })
}

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const given = { from: fieldOf(request.query, 'from'), until: fieldOf(request.query, 'until') }
  const heading = staffText('staff.insights.heading')
  try {
    const insights = await readInsights(site.house, given)
    return await sendStaff(reply, look, heading, [
      ...headParts(insights, look.brand.timeZone),
      periodForm(insights.span),
      ...usualPeriods(insights.now),
      ...figures(insights),
      { kind: 'text', lines: [staffText('staff.insights.rule')], look: 'muted' },
    ])
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const typed = { from: given.from ?? '', until: given.until ?? '' }
    return sendStaff(reply, look, heading, [periodForm(typed)], formProblem(error, '#from'))
  }
}

/**
 * Side by side where there is room: first who, then what is asked for, then what became of it. Where it was not counted how
 * people stood, only what happened.
 */
function figures(insights: Insights): StaffPart[] {
  if (insights.standingAt === null) {
    return [
      beside(reasonParts(insights), questionParts(insights)),
      beside(promiseParts(insights), heldParts(insights)),
      ...definitions(insights),
    ]
  }
  if (insights.isEarly) return definitions(insights)
  return [
    beside(historyParts(insights), definitions(insights)),
    beside(topicParts(insights), paceParts(insights)),
    beside(channelParts(insights), reasonParts(insights)),
    beside(promiseParts(insights), heldParts(insights)),
    beside(questionParts(insights), expiringParts(insights)),
  ]
}

function beside(first: StaffPart[], second: StaffPart[]): StaffPart {
  return { kind: 'columns', columns: [first, second] }
}

function headParts({ ladder, isEarly, standingAt }: Insights, zone: string): StaffPart[] {
  if (standingAt === null) return [{ kind: 'text', lines: [staffText('staff.insights.standing.none')], look: 'lead' }]
  if (isEarly) return [{ kind: 'text', lines: [staffText('staff.insights.early')], look: 'lead' }]
  const [addresses, relationships] = [toldWords(ladder.address), toldWords(ladder.preference)]
  return [
    {
      kind: 'sentence',
      text: staffText('staff.insights.headline', { addresses, relationships }),
      note: staffText('staff.insights.standing', { at: staffTime(standingAt, zone) }),
    },
  ]
}

function periodForm({ from, until }: { from: string; until: string }): StaffPart {
  return {
    kind: 'form',
    form: {
      method: 'get',
      action: '/admin/insights',
      fields: [],
      inputs: [
        lineField('from', staffText('staff.insights.from'), { type: 'date', value: from }),
        lineField('until', staffText('staff.insights.until'), { type: 'date', value: until }),
      ],
      button: staffText('staff.insights.show'),
      look: 'plain',
      inline: true,
    },
  }
}

function usualPeriods(now: string): StaffPart[] {
  const links = [30, 90, 365].map((days) => ({
    label: staffText('staff.insights.last', { days }),
    url: `/admin/insights?${new URLSearchParams(lastDays(now.slice(0, 10), days)).toString()}`,
  }))
  return [{ kind: 'links', links }]
}

/** The steps with what each means; the numbers only once there are enough people. */
function definitions({ ladder, isEarly }: Insights): StaffPart[] {
  const steps: StaffPart = {
    kind: 'table',
    id: 'ladder',
    caption: staffText('staff.insights.ladder'),
    quiet: true,
    columns: [
      { label: staffText('staff.insights.step') },
      { label: staffText('staff.insights.means') },
      { label: staffText('staff.insights.people'), look: 'number' },
    ],
    rows: rungs.map((rung) => [
      { text: staffText(`staff.insights.rung.${rung}`) },
      { text: staffText(`staff.insights.rung.${rung}.means`), look: 'muted' },
      isEarly ? { text: '–', look: 'number' } : numberCell(ladder[rung]),
    ]),
    none: '',
  }
  return section(staffText('staff.insights.ladder'), staffText('staff.insights.ladder.note'), steps)
}
