import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { reportCampaign } from '../actions/report-campaign.ts'
import { showCampaign } from '../actions/list-campaigns.ts'
import type { CampaignState } from '../domain/campaign-state.ts'
import { staffText, type StaffTextKey } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { Cell } from '../staff-views.ts'
import { counted } from './audit-words.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** `/audit/campaign/:slug`: what a campaign did, in numbers that add up. */
export function auditCampaigns(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/audit/campaign/:slug', {
    roles: rolesFor.audit,
    get: (look, request, reply) => show(site, look, request, reply),
  })
}

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const slug = fieldOf(request.params, 'slug') ?? ''
  const [campaign, report] = await Promise.all([showCampaign(site.house, slug), reportCampaign(site.house, slug)])
  const { sent, unknown, released, wasntAbout } = report
  return sendStaff(reply, look, staffText('staff.audit.campaign.heading', { campaign: slug }), [
    {
      kind: 'facts',
      facts: [
        fact('staff.audit.campaign.subject', campaign.subject),
        fact('staff.audit.campaign.topic', campaign.topic),
        fact('staff.audit.campaign.state', staffText(`staff.campaigns.state.${campaign.state as CampaignState}`)),
        fact('staff.audit.campaign.verdicts', staffText('staff.audit.campaign.verdicts.text', numbersOf(report))),
        fact('staff.audit.campaign.sent', staffText('staff.audit.campaign.sent.text', numbersOf(report))),
        fact(
          'staff.audit.campaign.wasntAbout',
          staffText('staff.audit.campaign.wasntAbout.text', { said: wasntAbout, reached: sent + unknown + released }),
        ),
      ],
    },
    {
      kind: 'table',
      caption: staffText('staff.audit.campaign.reasons'),
      columns: [
        { label: staffText('staff.audit.campaign.reason') },
        { label: staffText('staff.audit.campaign.people'), look: 'number' },
      ],
      rows: Object.entries(report.reasons).map(([reason, people]): Cell[] => [
        { text: reason, look: 'code' },
        { text: counted(people), look: 'number' },
      ]),
      none: staffText('staff.audit.campaign.reasons.none'),
    },
  ])
}

function fact(key: StaffTextKey, text: string): { name: string; values: Cell[] } {
  return { name: staffText(key), values: [{ text }] }
}

function numbersOf(report: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(report).filter((pair): pair is [string, number] => typeof pair[1] === 'number'),
  )
}
