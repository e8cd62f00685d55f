import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { openCampaign, type Campaign } from '../actions/list-campaigns.ts'
import { listedPeople, narrowCampaign } from '../actions/narrow-campaign.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { Problem } from '../domain/problem.ts'
import { staffList, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { campaignUrl, given, numberWords, plainField, slugOf, waysOn } from './campaign-words.ts'
import type { StaffField } from '../staff-views.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { tickField } from './staff-form.ts'

/** A list of 20,000 addresses, as a form sends it. */
const bodyLimit = 2_000_000

/** Where an audience is narrowed, never widened. */
export function narrowPages(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/campaigns/:slug/narrow', {
    roles: rolesFor.campaigns,
    bodyLimit,
    get: async (look, request, reply) => show(site, look, reply, await openCampaign(site.house, slugOf(request))),
    post: (look, request, reply) => narrow(site, look, request, reply),
  })
}

async function show(
  site: Site,
  look: StaffLook,
  reply: FastifyReply,
  campaign: Campaign,
  typed: Typed | null = null,
  fault = '',
): Promise<FastifyReply> {
  const { slug, narrowing, message } = campaign
  if (campaign.state !== 'draft') return reply.redirect(campaignUrl(slug, 'report'), 303)
  const heading = staffText('staff.campaigns.narrow.heading', { subject: campaign.subject })
  const only = typed?.language ?? narrowing?.languages?.[0] ?? ''
  const option = (value: string, label: string) => ({ value, label, chosen: value === only })
  const items = [{ label: fault, url: '#addresses' }]
  return sendStaff(
    reply,
    look,
    heading,
    [
      waysOn(campaign, 'narrow'),
      { kind: 'text', lines: [staffText('staff.campaigns.narrow.lead')], look: 'lead' },
      { kind: 'text', lines: [await standsNow(site, campaign), staffText('staff.campaigns.narrow.noData')] },
      {
        kind: 'form',
        form: {
          method: 'post',
          action: campaignUrl(slug, 'narrow'),
          fields: [
            { name: 'seal', value: look.seal },
            { name: 'version', value: message },
          ],
          inputs: [
            plainField('addresses', staffText('staff.campaigns.narrow.addresses'), {
              type: 'area',
              rows: 8,
              hint: staffText('staff.campaigns.narrow.addressesHint'),
              value: typed?.addresses ?? '',
              error: fault,
            }),
            ...(await keepTick(site, campaign, typed?.keep ?? true)),
            {
              ...plainField('language', staffText('staff.campaigns.narrow.language')),
              type: 'select',
              options: [
                option('', staffText('staff.campaigns.narrow.anyLanguage')),
                ...look.brand.languages.map((each) => option(each, writingOf(each).name)),
              ],
            },
          ],
          button: staffText('staff.campaigns.narrow.button'),
          look: 'primary',
        },
      },
    ],
    fault === '' ? {} : { problems: { heading: staffText('staff.campaigns.compose.problem'), items }, status: 422 },
  )
}

type Typed = { addresses: string; keep: boolean; language: string }

/** Whoever changes the language alone does not lose the list by that. */
async function keepTick({ house }: Site, { narrowing, message }: Campaign, ticked: boolean): Promise<StaffField[]> {
  if (narrowing?.listed !== true) return []
  const count = await listedPeople(house, message)
  return [tickField('keep', staffText('staff.campaigns.narrow.keep', { count }), ticked)]
}

/** How a campaign is narrowed as it stands, in a sentence. */
export async function standsNow({ house }: Site, { narrowing, message }: Campaign): Promise<string> {
  if (narrowing === null) return staffText('staff.campaigns.narrow.none')
  const n = numberWords(narrowing.listed ? await listedPeople(house, message) : 0)
  const language = staffList((narrowing.languages ?? []).map((each) => writingOf(each as Language).name))
  if (!narrowing.listed) return staffText('staff.campaigns.narrow.byLanguage', { language })
  return narrowing.languages === null
    ? staffText('staff.campaigns.narrow.byList', { n })
    : staffText('staff.campaigns.narrow.byBoth', { n, language })
}

async function narrow(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const slug = slugOf(request)
  const [addresses, language] = [given(request, 'addresses'), given(request, 'language')]
  const keep = given(request, 'keep') === 'yes'
  const wanted = {
    addresses: addresses === '' ? null : addresses,
    keepList: keep,
    languages: language === '' ? [] : [language],
  }
  try {
    await narrowCampaign(site.house, slug, wanted, given(request, 'version'))
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-input') throw error
    const typed = { addresses, keep, language }
    return show(site, look, reply, await openCampaign(site.house, slug), typed, error.message)
  }
  return reply.redirect(campaignUrl(slug, 'check'), 303)
}
