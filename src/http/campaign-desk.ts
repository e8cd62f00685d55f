import type { FastifyInstance, FastifyReply } from 'fastify'
import { campaignsNewestFirst } from '../actions/list-campaigns.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { checkPages } from './campaign-check.ts'
import { composePages } from './campaign-compose.ts'
import { messagePages } from './campaign-message.ts'
import { narrowPages } from './campaign-narrow.ts'
import { peoplePages } from './campaign-people.ts'
import { reportPages } from './campaign-report.ts'
import { retryPages } from './campaign-retry.ts'
import { sendPages } from './campaign-send.ts'
import { campaignUrl, dayWords } from './campaign-words.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** The marketer's campaigns: written, checked, sent and reported on. Everything is decided by the actions; nothing is here. @param signs as for `composePages`. */
export function campaignDesk(server: FastifyInstance, site: Site, signs: string | null): void {
  staffPage(server, site, '/admin/campaigns', {
    roles: rolesFor.campaigns,
    get: (look, _request, reply) => list(site, look, reply),
  })
  composePages(server, site, signs)
  messagePages(server, site)
  narrowPages(server, site)
  checkPages(server, site)
  peoplePages(server, site)
  sendPages(server, site)
  reportPages(server, site)
  retryPages(server, site)
}

async function list(site: Site, look: StaffLook, reply: FastifyReply): Promise<FastifyReply> {
  const campaigns = await campaignsNewestFirst(site.house)
  return sendStaff(reply, look, staffText('staff.nav.campaigns'), [
    { kind: 'text', lines: [staffText('staff.campaigns.lead')], look: 'lead' },
    {
      kind: 'next',
      links: [{ label: staffText('staff.campaigns.new'), url: '/admin/campaigns/new', look: 'primary' }],
    },
    {
      kind: 'table',
      caption: staffText('staff.nav.campaigns'),
      quiet: true,
      columns: [
        { label: staffText('staff.campaigns.subject') },
        { label: staffText('staff.campaigns.topic') },
        { label: staffText('staff.campaigns.stateLabel') },
        { label: staffText('staff.campaigns.when') },
      ],
      rows: campaigns.map((one) => {
        const at = one.startedAt ?? one.sendAt
        const begun = one.state !== 'draft'
        return [
          { text: one.subject, url: campaignUrl(one.slug, begun ? 'report' : undefined) },
          { text: one.topicName },
          { text: staffText(`staff.campaigns.state.${one.state}`) },
          { text: at === null ? '–' : dayWords(at, look.brand.timeZone) },
        ]
      }),
      none: staffText('staff.campaigns.none'),
    },
  ])
}
