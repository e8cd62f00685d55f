import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { checkCampaign } from '../actions/check-campaign.ts'
import { callOff, cancelCampaign, holdSeconds, scheduleCampaign, sendAfterHold } from '../actions/control-campaign.ts'
import { openCampaign, type Campaign } from '../actions/list-campaigns.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { instantOfWall } from '../domain/wall-time.ts'
import type { StaffPart } from '../staff-views.ts'
import { figuresOf } from './campaign-check.ts'
import { campaignUrl, given, numberWords, plainField, slugOf, waysOn } from './campaign-words.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** Where the number is typed that sends, and where a campaign is ended for good. */
export function sendPages(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/campaigns/:slug/send', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => ask(site, look, reply, slugOf(request), { confirm: '', at: '' }),
    post: (look, request, reply) => send(site, look, request, reply),
  })
  staffPage(server, site, '/admin/campaigns/:slug/cancel', {
    roles: rolesFor.campaigns,
    get: async (look, request, reply) => askToEnd(look, reply, await openCampaign(site.house, slugOf(request))),
    post: async (look, request, reply) => {
      const slug = slugOf(request)
      await cancelCampaign(site.house, slug)
      noteSteering(request, look, slug, 'cancel')
      return reply.redirect(campaignUrl(slug, 'report'), 303)
    },
  })
}

type Typed = { confirm: string; at: string }

/** Checks again, and asks for the number. What is not a draft any more has its report. */
async function ask(
  site: Site,
  look: StaffLook,
  reply: FastifyReply,
  slug: string,
  typed: Typed,
  faults: Partial<Record<keyof Typed, string>> = {},
): Promise<FastifyReply> {
  const campaign = await openCampaign(site.house, slug)
  if (campaign.state !== 'draft') return reply.redirect(campaignUrl(slug, 'report'), 303)
  const check = await checkCampaign(site.house, slug)
  const number = numberWords(check.now)
  const zone = look.brand.timeZone
  const fields: StaffPart = {
    kind: 'form',
    form: {
      method: 'post',
      action: campaignUrl(slug, 'send'),
      fields: [
        { name: 'seal', value: look.seal },
        { name: 'version', value: campaign.message },
        { name: 'asked', value: String(check.now) },
      ],
      inputs: [
        plainField('confirm', staffText('staff.campaigns.send.type', { number }), {
          hint: staffText('staff.campaigns.send.typeHint'),
          value: typed.confirm,
          error: faults.confirm ?? '',
        }),
        plainField('at', staffText('staff.campaigns.send.at'), {
          type: 'datetime-local',
          hint: staffText('staff.campaigns.send.atHint', { zone }),
          value: typed.at,
          error: faults.at ?? '',
        }),
      ],
      button: staffText('staff.campaigns.send.button'),
      look: 'primary',
    },
  }
  const heading = staffText('staff.campaigns.send.heading', { subject: campaign.subject })
  const items = Object.entries(faults).map(([name, label]) => ({ label, url: `#${name}` }))
  const problems = { heading: staffText('staff.campaigns.compose.problem'), items }
  const lines = [
    staffText('staff.campaigns.send.hold', { seconds: holdSeconds }),
    staffText('staff.campaigns.send.again'),
  ]
  const parts: StaffPart[] = [waysOn(campaign, 'send'), ...figuresOf(slug, check), { kind: 'text', lines }, fields]
  return sendStaff(reply, look, heading, parts, items.length === 0 ? {} : { problems, status: 422 })
}

/**
 * The number must be the one that the page showed: whoever types it has read it. That no more people get it than that is the
 * action's to see to.
 */
async function send(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const slug = slugOf(request)
  const [confirm, at, asked, version] = ['confirm', 'at', 'asked', 'version'].map((name) => given(request, name))
  const typed = { confirm: confirm ?? '', at: at ?? '' }
  const wanted = typed.confirm.replaceAll(/[\s,.]/g, '')
  if (!/^\d{1,9}$/.test(wanted) || wanted !== asked) {
    const number = numberWords(Number(asked) || 0)
    return ask(site, look, reply, slug, typed, { confirm: staffText('staff.campaigns.send.wrong', { number }) })
  }
  const word = { confirm: Number(wanted), version: version ?? '' }
  const instant = typed.at === '' ? null : instantOfWall(typed.at, look.brand.timeZone)
  if (typed.at !== '' && !(instant !== null && instant.getTime() > look.now.getTime())) {
    return ask(site, look, reply, slug, typed, { at: staffText('staff.campaigns.send.badTime') })
  }
  if (instant === null) await sendAfterHold(site.house, slug, word)
  else await scheduleCampaign(site.house, slug, { ...word, at: instant.toISOString() })
  request.log.info({ staff: look.staff.id, campaign: slug, confirm: word.confirm }, 'confirmed a send')
  return reply.redirect(campaignUrl(slug, 'report'), 303)
}

function askToEnd(look: StaffLook, reply: FastifyReply, campaign: Campaign): FastifyReply {
  const { slug, state, subject } = campaign
  const heading = staffText('staff.campaigns.cancel.heading', { subject })
  const lines = [staffText('staff.campaigns.cancel.lead')]
  return sendStaff(reply, look, heading, [
    waysOn(campaign, 'cancel'),
    { kind: 'text', lines },
    ...(state === 'cancelled'
      ? []
      : [
          {
            kind: 'presses' as const,
            buttons: [
              {
                action: campaignUrl(slug, 'cancel'),
                label: staffText('staff.campaigns.cancel.button'),
                look: 'final' as const,
                fields: [{ name: 'seal', value: look.seal }],
              },
            ],
          },
        ]),
  ])
}

/** "Don't send", while nothing has left. */
export async function dontSend(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const slug = slugOf(request)
  await callOff(site.house, slug)
  noteSteering(request, look, slug, 'call-off')
  return reply.redirect(campaignUrl(slug, undefined, { done: 'called-off' }), 303)
}

/** Who steered a campaign stands in the log, by their id alone. */
export function noteSteering(request: FastifyRequest, { staff }: StaffLook, slug: string, press: string): void {
  request.log.info({ staff: staff.id, campaign: slug, press }, 'steered a campaign')
}
