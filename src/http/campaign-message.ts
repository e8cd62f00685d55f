import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { personCalledBy } from '../actions/explain.ts'
import { openCampaign } from '../actions/list-campaigns.ts'
import { previewCampaign, type Preview } from '../actions/preview-campaign.ts'
import { testCampaign } from '../actions/test-campaign.ts'
import { languageOf, writingOf } from '../domain/language.ts'
import { Problem } from '../domain/problem.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { framingPolicy, lintParts, lookedAt, queryOf, shownMail } from './campaign-preview.ts'
import { campaignUrl, given, instantWords, factOf, lookUp, numberWords, slugOf, waysOn } from './campaign-words.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/**
 * A mail inside a page of the staff: it may dress itself, which mails do, and show our own pictures. It runs nothing, sends
 * nothing, knows no cookie, and only our own pages may frame it.
 */
function mailPolicy({ house }: Site): string {
  const { origin } = new URL(house.publicUrl)
  return `default-src 'none'; style-src 'unsafe-inline'; img-src 'self' ${origin}; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox`
}

/** A campaign's message as people get it, with what is worth a second look. */
export function messagePages(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/campaigns/:slug', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => show(site, look, request, reply),
    post: (look, request, reply) => press(site, look, request, reply),
  })
  staffPage(server, site, '/admin/campaigns/:slug/mail', {
    roles: rolesFor.campaigns,
    get: async (_look, request, reply) => {
      const { as, digest } = lookedAt(request)
      const { mail } = await previewCampaign(site.house, slugOf(request), { person: as, digest })
      return reply
        .headers({ 'content-security-policy': mailPolicy(site), 'x-frame-options': 'SAMEORIGIN' })
        .type('text/html; charset=utf-8')
        .send(mail.html)
    },
  })
}

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const looked = lookedAt(request)
  const slug = slugOf(request)
  const preview = await previewCampaign(site.house, slug, { person: looked.as, digest: looked.digest })
  const done = fieldOf(request.query, 'done')
  const said = done === 'written' || done === 'edited' || done === 'called-off' || done === 'test'
  reply.header('content-security-policy', framingPolicy)
  return sendStaff(
    reply,
    look,
    preview.campaign.subject,
    [
      waysOn(preview.campaign, 'message'),
      ...(preview.campaign.state === 'draft' ? draftSteps(slug) : []),
      { kind: 'columns', columns: [shownMail(look, preview, looked), besideIt(look, preview)] },
    ],
    said ? { notice: { kind: 'status', lines: [staffText(`staff.campaigns.said.${done}`)] } } : {},
  )
}

function besideIt(look: StaffLook, { campaign, mail, findings }: Preview): StaffPart[] {
  const { slug, state } = campaign
  const { replyTo, timeZone } = look.brand
  return [
    {
      kind: 'facts',
      facts: [
        factOf(staffText('staff.campaigns.topic'), campaign.topicName),
        factOf(staffText('staff.campaigns.from'), campaign.sender),
        factOf(staffText('staff.campaigns.inShort'), campaign.inShort),
        factOf(staffText('staff.campaigns.language'), languageWords(campaign.language)),
        ...(campaign.usefulUntil === null
          ? []
          : [factOf(staffText('staff.campaigns.usefulUntil'), instantWords(campaign.usefulUntil, timeZone))]),
        factOf(staffText('staff.campaigns.stateLabel'), staffText(`staff.campaigns.state.${state}`)),
        factOf(
          staffText('staff.campaigns.weight'),
          staffText('staff.campaigns.kilobytes', { n: numberWords(Math.ceil(mail.bytes / 1000)) }),
        ),
      ],
    },
    ...lintParts(findings),
    ...(replyTo === null || state === 'cancelled' ? [] : [testPress(look, slug, replyTo)]),
    { kind: 'heading', text: staffText('staff.campaigns.lookUp.heading') },
    lookUp(look, campaign),
  ]
}

function draftSteps(slug: string): StaffPart[] {
  return [
    {
      kind: 'next',
      links: [
        { label: staffText('staff.campaigns.toCheck'), url: campaignUrl(slug, 'check'), look: 'primary' },
        { label: staffText('staff.campaigns.edit'), url: campaignUrl(slug, 'edit'), look: 'plain' },
        { label: staffText('staff.campaigns.narrow.link'), url: campaignUrl(slug, 'narrow'), look: 'plain' },
      ],
    },
  ]
}

function testPress(look: StaffLook, slug: string, replyTo: string): StaffPart {
  return {
    kind: 'presses',
    buttons: [
      {
        action: campaignUrl(slug),
        label: staffText('staff.campaigns.test', { replyTo }),
        look: 'plain',
        fields: [
          { name: 'seal', value: look.seal },
          { name: 'do', value: 'test' },
        ],
      },
    ],
  }
}

/** A test to ourselves, or another reader for the preview: by id, so that no address stands in an address. */
async function press(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const slug = slugOf(request)
  const what = given(request, 'do')
  if (what !== 'as' && what !== 'test') throw new Problem('invalid-input', 'a message has the presses test and as')
  if (what === 'as') {
    const person = await personCalledBy(site.house, given(request, 'as'))
    return reply.redirect(campaignUrl(slug, undefined, queryOf({ ...lookedAt(request), as: person })), 303)
  }
  const { subject } = await openCampaign(site.house, slug)
  const outcome = await testCampaign(site.house, slug, look.brand.replyTo ?? '')
  if (outcome.kind === 'sent') return reply.redirect(campaignUrl(slug, undefined, { done: 'test' }), 303)
  const line = staffText('staff.campaigns.testFailed', { outcome: outcome.kind, reply: outcome.reply ?? '–' })
  const parts: StaffPart[] = [{ kind: 'links', links: [{ label: subject, url: campaignUrl(slug) }] }]
  return sendStaff(reply, look, subject, parts, { notice: { kind: 'error', lines: [line] }, status: 503 })
}

function languageWords(code: string | null): string {
  const language = languageOf(code)
  return language === null ? staffText('staff.campaigns.anyLanguage') : writingOf(language).name
}
