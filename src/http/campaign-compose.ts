import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { composeCampaign } from '../actions/compose-campaign.ts'
import { requireVersion, reviseCampaign, type CampaignDraft } from '../actions/create-campaign.ts'
import { campaignTopics, openCampaign, type CampaignTopic } from '../actions/list-campaigns.ts'
import { previewCampaign } from '../actions/preview-campaign.ts'
import { bodyFormats, type BodyFormat } from '../domain/campaign-body.ts'
import type { Brand } from '../domain/brand.ts'
import { dayIn } from '../domain/calendar.ts'
import { draftFaults } from '../domain/campaign-draft.ts'
import { writingOf } from '../domain/language.ts'
import { isWithin, parseSender } from '../domain/sender.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { instantOfWall, wallOf } from '../domain/wall-time.ts'
import type { StaffField, StaffPart } from '../staff-views.ts'
import { picturesUrl } from './campaign-pictures.ts'
import { frameOfMail, framingPolicy, lintParts } from './campaign-preview.ts'
import { campaignUrl, plainField, slugOf } from './campaign-words.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { formIdIn } from './staff-form.ts'

/** What was typed into the form, as it was typed. */
const parts = ['topic', 'subject', 'inShort', 'sender', 'language', 'usefulUntil', 'format', 'body'] as const
type Part = (typeof parts)[number]
type Typed = Record<Part, string>

/** Markdown by example: the words stay what somebody types. */
const markdownSamples = [
  ['heading', '# Five ways to darn'],
  ['strong', 'It takes **two minutes**.'],
  ['link', '[Five ways to darn](https://fern.example/darn)'],
  ['list', '- Weave the hole closed'],
  ['name', 'Hello {{name|there}},'],
] as const

/** A body of 200,000 characters, as a form sends it. */
const bodyLimit = 2_000_000

/** `signs` is the domain that our mail is signed for, null where we sign none. */
type Door = Site & { signs: string | null }

/**
 * Where a campaign is written, and written anew while it is a draft. @param signs the domain that our mail is signed for.
 */
export function composePages(server: FastifyInstance, { house, now }: Site, signs: string | null): void {
  const site: Door = { house, now, signs }
  staffPage(server, site, '/admin/campaigns/new', {
    roles: rolesFor.campaigns,
    bodyLimit,
    get: (look, request, reply) => compose(site, look, reply, { form: formIdIn(request.body) }, emptyFor(look.brand)),
    post: (look, request, reply) => write(site, look, request, reply),
  })
  staffPage(server, site, '/admin/campaigns/:slug/edit', {
    roles: rolesFor.campaigns,
    bodyLimit,
    get: async (look, request, reply) => {
      const campaign = await openCampaign(site.house, slugOf(request))
      const { subject, inShort, sender, body, format, language, usefulUntil, topicSlug, message, slug } = campaign
      const words = { topic: topicSlug, subject, inShort, sender, format, body }
      const until = usefulUntil === null ? '' : wallOf(new Date(usefulUntil), look.brand.timeZone)
      const typed = { ...words, language: language ?? '', usefulUntil: until }
      return compose(site, look, reply, { slug, version: message }, typed)
    },
    post: (look, request, reply) => revise(site, look, request, reply),
  })
}

function emptyFor({ name, replyTo, languages }: Brand): Typed {
  const sender = replyTo === null ? '' : `${name} <${replyTo}>`
  const language = languages.length > 1 ? '' : (languages[0] ?? '')
  return { topic: '', subject: '', inShort: '', sender, language, usefulUntil: '', format: 'markdown', body: '' }
}

async function write(site: Door, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const typed = typedIn(request)
  const faults = faultsIn(site, typed, look.brand)
  const form = formIdIn(request.body)
  if (Object.keys(faults).length > 0) return compose(site, look, reply, { form }, typed, faults)
  const slug = await composeCampaign(site.house, draftOf(typed, look.brand), form)
  return reply.redirect(campaignUrl(slug, undefined, { done: 'written' }), 303)
}

async function revise(
  site: Door,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const slug = slugOf(request)
  const typed = typedIn(request)
  const version = fieldOf(request.body, 'version') ?? ''
  const faults = faultsIn(site, typed, look.brand)
  if (Object.keys(faults).length > 0) {
    requireVersion(await openCampaign(site.house, slug), version)
    return compose(site, look, reply, { slug, version }, typed, faults)
  }
  const { retagged } = await reviseCampaign(site.house, { ...draftOf(typed, look.brand), slug }, version, look.staff.id)
  request.log.info({ staff: look.staff.id, campaign: slug, topicChanges: retagged.length }, 'edited a campaign')
  return reply.redirect(campaignUrl(slug, undefined, { done: 'edited' }), 303)
}

function typedIn(request: FastifyRequest): Typed {
  const values = parts.map((part) => [part, fieldOf(request.body, part) ?? ''] as const)
  return Object.fromEntries(values) as Typed
}

/** A time that clocks here never show is left out: {@link faultsIn} says so; a format that is none is refused by the law. */
function draftOf(typed: Typed, brand: Brand): Omit<CampaignDraft, 'slug'> {
  const { usefulUntil, language, format, ...rest } = typed
  const until = instantOfWall(usefulUntil, brand.timeZone)?.toISOString() ?? null
  return { ...rest, format: format as BodyFormat, usefulUntil: until, language: language === '' ? null : language }
}

function faultsIn({ signs }: Door, typed: Typed, brand: Brand): Partial<Record<Part, string>> {
  const faults: Partial<Record<Part, string>> = draftFaults(draftOf(typed, brand))
  if (typed.usefulUntil !== '' && instantOfWall(typed.usefulUntil, brand.timeZone) === null) {
    faults.usefulUntil = staffText('staff.campaigns.compose.badTime')
  }
  const ours = [...(brand.replyTo === null ? [] : [parseSender(brand.replyTo).domain]), ...(signs ? [signs] : [])]
  if (faults.sender === undefined && ours.length > 0 && !isWithin(parseSender(typed.sender).domain, ours)) {
    faults.sender = staffText('staff.campaigns.compose.otherDomain', { domains: ours.join(', ') })
  }
  return typed.topic === '' ? { topic: staffText('staff.campaigns.compose.noTopic'), ...faults } : faults
}

async function compose(
  site: Site,
  look: StaffLook,
  reply: FastifyReply,
  what: { form: string } | { slug: string; version: string },
  typed: Typed,
  faults: Partial<Record<Part, string>> = {},
): Promise<FastifyReply> {
  const topics = await campaignTopics(site.house)
  const wrong = Object.keys(faults) as Part[]
  const edits = 'slug' in what ? what : null
  const heading = staffText(edits === null ? 'staff.campaigns.new' : 'staff.campaigns.edit')
  const items = wrong.map((part) => ({ label: faults[part] ?? '', url: `#${part}` }))
  const of = 'slug' in what ? { name: 'version', value: what.version } : { name: 'form', value: what.form }
  const form: StaffPart = {
    kind: 'form',
    form: {
      method: 'post',
      action: edits === null ? '/admin/campaigns/new' : campaignUrl(edits.slug, 'edit'),
      fields: [{ name: 'seal', value: look.seal }, of],
      inputs: fieldsFor(look, topics, typed, faults),
      button: staffText('staff.campaigns.compose.save'),
      look: 'primary',
    },
  }
  if (edits !== null) reply.header('content-security-policy', framingPolicy)
  const beside = edits === null ? howTo() : await asSaved(site, edits.slug)
  return sendStaff(
    reply,
    look,
    heading,
    [{ kind: 'columns', columns: [[form], beside] }],
    wrong.length === 0
      ? {}
      : { status: 422, problems: { heading: staffText('staff.campaigns.compose.problem'), items } },
  )
}

/** The message as it was saved last, beside the form that writes it anew. */
async function asSaved({ house }: Site, slug: string): Promise<StaffPart[]> {
  const preview = await previewCampaign(house, slug, { person: null, digest: false })
  const heading = staffText('staff.campaigns.compose.asSaved')
  const looked = { as: null, width: 'desk', dark: false, digest: false } as const
  return [{ kind: 'heading', text: heading }, frameOfMail(preview, looked), ...lintParts(preview.findings)]
}

/** What a message can be made of. */
function howTo(): StaffPart[] {
  const facts = markdownSamples.map(([key, sample]) => ({
    name: staffText(`staff.campaigns.markdown.${key}`),
    values: [{ text: sample, look: 'code' as const }],
  }))
  return [
    { kind: 'heading', text: staffText('staff.campaigns.compose.howTo') },
    { kind: 'facts', facts },
    { kind: 'links', links: [{ label: staffText('staff.campaigns.picture.link'), url: picturesUrl }] },
    { kind: 'text', look: 'muted', lines: [staffText('staff.campaigns.compose.footer')] },
  ]
}

/** "Repairs: 11,760 people asked for it. Last sent 9 days ago." */
function topicWords({ brand: { timeZone }, now }: StaffLook, { name, asked, last }: CampaignTopic): string {
  const day = (at: Date) => Date.parse(dayIn(at, timeZone))
  const when =
    last === null
      ? staffText('staff.campaigns.compose.neverSent')
      : staffText('staff.campaigns.compose.lastSent', { days: (day(now) - day(new Date(last))) / 86_400_000 })
  return staffText('staff.campaigns.compose.asked', { topic: name, count: asked, last: when })
}

function fieldsFor(
  look: StaffLook,
  topics: readonly CampaignTopic[],
  typed: Typed,
  faults: Partial<Record<Part, string>>,
): StaffField[] {
  const state = (part: Part) => ({ value: typed[part], error: faults[part] ?? '' })
  const chosen = (value: string, label: string, part: Part) => ({ value, label, chosen: typed[part] === value })
  const { brand } = look
  const zone = { zone: brand.timeZone }
  return [
    {
      ...plainField('topic', staffText('staff.campaigns.topic'), state('topic')),
      hint: staffText('staff.campaigns.compose.topicHint'),
      type: 'select',
      options: [
        chosen('', staffText('staff.campaigns.compose.chooseTopic'), 'topic'),
        ...topics.map((topic) => chosen(topic.slug, topicWords(look, topic), 'topic')),
      ],
    },
    plainField('subject', staffText('staff.campaigns.subject'), state('subject')),
    plainField('inShort', staffText('staff.campaigns.inShort'), {
      ...state('inShort'),
      hint: staffText('staff.campaigns.compose.inShortHint'),
    }),
    {
      ...plainField('format', staffText('staff.campaigns.compose.format'), state('format')),
      hint: staffText('staff.campaigns.compose.formatHint'),
      type: 'select',
      options: bodyFormats.map((each) => chosen(each, staffText(`staff.campaigns.compose.format.${each}`), 'format')),
    },
    plainField('body', staffText('staff.campaigns.compose.body'), {
      ...state('body'),
      type: 'area',
      rows: 16,
      hint: staffText('staff.campaigns.compose.bodyHint', { field: '{{name|there}}' }),
    }),
    plainField('sender', staffText('staff.campaigns.from'), state('sender')),
    {
      ...plainField('language', staffText('staff.campaigns.language'), state('language')),
      hint: staffText('staff.campaigns.compose.languageHint'),
      type: 'select',
      options: [
        chosen('', staffText('staff.campaigns.compose.noLanguage'), 'language'),
        ...brand.languages.map((each) => chosen(each, writingOf(each).name, 'language')),
      ],
    },
    plainField('usefulUntil', staffText('staff.campaigns.usefulUntil'), {
      ...state('usefulUntil'),
      type: 'datetime-local',
      hint: staffText('staff.campaigns.compose.usefulUntilHint', zone),
    }),
  ]
}
