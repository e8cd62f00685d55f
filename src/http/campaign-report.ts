import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pauseCampaign, resumeCampaign } from '../actions/control-campaign.ts'
import { reportCsv } from '../actions/export-report.ts'
import { openCampaign } from '../actions/list-campaigns.ts'
import { reportCampaign } from '../actions/report-campaign.ts'
import { Problem } from '../domain/problem.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { renderStaffParts } from '../render.ts'
import { liveEvents, livePolicy } from './campaign-live.ts'
import { isUnderWay, liveParts, reportParts } from './campaign-report-parts.ts'
import { dontSend, noteSteering } from './campaign-send.ts'
import { campaignUrl, given, slugOf } from './campaign-words.ts'
import { policyWith } from './security-headers.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** What a campaign does while it is on its way, what it did afterwards, and the presses that steer it. */
export function reportPages(server: FastifyInstance, site: Site): void {
  const closing = new AbortController()
  server.addHook('preClose', async () => closing.abort())
  staffPage(server, site, '/admin/campaigns/:slug/report', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => show(site, look, request, reply),
    post: (look, request, reply) => steer(site, look, request, reply),
  })
  staffPage(server, site, '/admin/campaigns/:slug/report/live', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => live(site, look, request, reply, closing.signal),
  })
}

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const slug = slugOf(request)
  const campaign = await openCampaign(site.house, slug)
  if (campaign.state === 'draft') return reply.redirect(campaignUrl(slug), 303)
  const parts = await reportParts(site, look, campaign)
  if (isUnderWay(campaign)) reply.header('content-security-policy', policyWith(livePolicy))
  return sendStaff(reply, look, campaign.subject, parts)
}

async function live(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  closing: AbortSignal,
): Promise<FastifyReply> {
  const slug = slugOf(request)
  const { state } = await openCampaign(site.house, slug)
  const begun = performance.now()
  const read = async () => {
    if (closing.aborted) return null
    const [campaign, report] = await Promise.all([openCampaign(site.house, slug), reportCampaign(site.house, slug)])
    // Another state is another page, with other presses on it.
    return campaign.state === state && isUnderWay(campaign)
      ? renderStaffParts(liveParts(look, campaign, report, new Date(look.now.getTime() + performance.now() - begun)))
      : null
  }
  const pause = (ms: number) => wait(ms, undefined, { signal: closing }).catch(() => undefined)
  return reply.type('text/event-stream').send(Readable.from(liveEvents(read, pause)))
}

/** The presses on a report. @throws Problem `invalid-input` for none of ours. */
async function steer(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const slug = slugOf(request)
  const what = given(request, 'do')
  switch (what) {
    case 'call-off':
      return dontSend(site, look, request, reply)
    case 'pause':
      await pauseCampaign(site.house, slug)
      break
    case 'resume':
      await resumeCampaign(site.house, slug)
      break
    case 'csv':
      return download(site, look, request, reply)
    default:
      throw new Problem('invalid-input', 'a report has the presses call-off, pause, resume and csv')
  }
  noteSteering(request, look, slug, what)
  return reply.redirect(campaignUrl(slug, 'report'), 303)
}

/** One row a person, as it stands; who took it is in the log, by id alone. */
async function download(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { slug } = await openCampaign(site.house, slugOf(request))
  request.log.info({ staff: look.staff.id, campaign: slug }, 'exported a report')
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${slug}.csv"`)
    .send(reportCsv(site.house, slug))
}
