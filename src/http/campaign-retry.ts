import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { openCampaign } from '../actions/list-campaigns.ts'
import { reportCampaign } from '../actions/report-campaign.ts'
import { retryUnknown } from '../actions/retry-unknown.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { campaignUrl, given, numberWords, plainField, slugOf, waysOn } from './campaign-words.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** Where mails of which nobody knows whether they arrived are sent again, once somebody has typed how many. */
export function retryPages(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/campaigns/:slug/retry', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => ask(site, look, reply, slugOf(request), null),
    post: (look, request, reply) => retry(site, look, request, reply),
  })
}

/** Asks for the number. @param typed what stood there and was not it. */
async function ask(
  site: Site,
  look: StaffLook,
  reply: FastifyReply,
  slug: string,
  typed: string | null,
): Promise<FastifyReply> {
  const [campaign, { unknown }] = await Promise.all([openCampaign(site.house, slug), reportCampaign(site.house, slug)])
  if (unknown === 0) return reply.redirect(campaignUrl(slug, campaign.state === 'draft' ? undefined : 'report'), 303)
  const number = numberWords(unknown)
  const error = typed === null ? '' : staffText('staff.campaigns.retry.wrong', { number })
  const form: StaffPart = {
    kind: 'form',
    form: {
      method: 'post',
      action: campaignUrl(slug, 'retry'),
      fields: [
        { name: 'seal', value: look.seal },
        { name: 'asked', value: String(unknown) },
      ],
      inputs: [
        plainField('confirm', staffText('staff.campaigns.retry.type', { number }), { value: typed ?? '', error }),
      ],
      button: staffText('staff.campaigns.retry.button'),
      look: 'stop',
    },
  }
  const lines = [staffText('staff.campaigns.retry.lead', { count: unknown }), staffText('staff.campaigns.retry.twice')]
  const heading = staffText('staff.campaigns.retry.heading', { subject: campaign.subject })
  const problems = {
    heading: staffText('staff.campaigns.compose.problem'),
    items: [{ label: error, url: '#confirm' }],
  }
  const more = typed === null ? {} : { problems, status: 422 }
  return sendStaff(reply, look, heading, [waysOn(campaign, 'retry'), { kind: 'text', lines }, form], more)
}

/** As many as the page said, and no more: that is the action's to see to. */
async function retry(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const slug = slugOf(request)
  const confirm = given(request, 'confirm')
  const wanted = confirm.replaceAll(/[\s,.]/g, '')
  if (!/^\d{1,9}$/.test(wanted) || wanted !== given(request, 'asked')) return ask(site, look, reply, slug, confirm)
  request.log.info({ staff: look.staff.id, campaign: slug, confirm: Number(wanted) }, 'confirmed a retry')
  const { again, stayed } = await retryUnknown(site.house, slug, { confirm: Number(wanted) })
  const campaign = await openCampaign(site.house, slug)
  const line = staffText('staff.campaigns.retry.done', { again: numberWords(again), stayed: numberWords(stayed) })
  const heading = staffText('staff.campaigns.retry.heading', { subject: campaign.subject })
  return sendStaff(reply, look, heading, [waysOn(campaign, 'retry')], { notice: { kind: 'status', lines: [line] } })
}
