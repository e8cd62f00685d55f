import type { FastifyInstance, FastifyReply } from 'fastify'
import { readWrongTopic } from '../actions/read-wrong-topic.ts'
import { sendsAgainstNow, type SendsAgainst } from '../actions/sends-against-preferences.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPage, StaffPart } from '../staff-views.ts'
import { counted } from './audit-words.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** `/audit/sends`: whether anything went out against what somebody chose, and what readers said of what did. */
export function auditSends(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/audit/sends', {
    roles: rolesFor.audit,
    get: (look, _request, reply) => show(site, look, reply),
  })
}

async function show(site: Site, look: StaffLook, reply: FastifyReply): Promise<FastifyReply> {
  const [sends, rates] = await Promise.all([sendsAgainstNow(site.house), readWrongTopic(site.house)])
  const { checked, against } = sends
  const found = staffText(against === 0 ? 'staff.audit.sends.zero' : 'staff.audit.sends.some', { checked, against })
  const notice: StaffPage['notice'] =
    against === 0 ? null : { kind: 'error', lines: [staffText('staff.audit.sends.bad')] }
  return sendStaff(
    reply,
    look,
    staffText('staff.audit.sends.heading'),
    [
      { kind: 'sentence', text: found, note: staffText('staff.audit.sends.lead') },
      ...againstParts(sends),
      { kind: 'heading', text: staffText('staff.audit.rates.heading') },
      { kind: 'text', lines: [staffText('staff.audit.rates.lead')] },
      ratesTable(rates),
    ],
    { notice },
  )
}

function againstParts({ against, first, couldNotCheck }: SendsAgainst): StaffPart[] {
  const unchecked = staffText('staff.audit.sends.unchecked', { count: couldNotCheck })
  const open: StaffPart[] =
    couldNotCheck === 0 ? [] : [{ kind: 'verdicts', items: [{ text: unchecked, look: 'open' }] }]
  if (against === 0) return open
  return [
    ...open,
    {
      kind: 'table',
      caption: staffText('staff.audit.sends.first'),
      columns: [
        { label: staffText('staff.audit.sends.when') },
        { label: staffText('staff.audit.sends.verdict') },
        { label: staffText('staff.audit.sends.delivery') },
      ],
      rows: first.map(({ at, verdict, reason, delivery }) => [
        { text: at, look: 'time' },
        { text: `${verdict}: ${reason}` },
        { text: delivery, look: 'code' },
      ]),
      none: staffText('staff.audit.sends.none'),
    },
  ]
}

function ratesTable(rates: Awaited<ReturnType<typeof readWrongTopic>>): StaffPart {
  return {
    kind: 'table',
    caption: staffText('staff.audit.rates.heading'),
    quiet: true,
    columns: [
      { label: staffText('staff.audit.rates.campaign') },
      { label: staffText('staff.audit.rates.reached'), look: 'number' },
      { label: staffText('staff.audit.rates.said'), look: 'number' },
      { label: staffText('staff.audit.rates.rate'), look: 'number' },
      { label: staffText('staff.audit.rates.started') },
    ],
    rows: rates.map(({ campaign, startedAt, reached, said }) => [
      { text: campaign, url: `/audit/campaign/${campaign}` },
      { text: counted(reached), look: 'number' },
      { text: counted(said), look: 'number' },
      { text: reached === 0 ? '–' : `${((100 * said) / reached).toFixed(1)}\u00A0%`, look: 'number' },
      { text: startedAt, look: 'time' },
    ]),
    none: staffText('staff.audit.rates.none'),
  }
}
