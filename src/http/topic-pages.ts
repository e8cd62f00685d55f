import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addTopic } from '../actions/add-topic.ts'
import { publishWordings } from '../actions/publish-wordings.ts'
import { setTopicWords } from '../actions/set-topic.ts'
import {
  peopleOnEarlierTexts,
  readStaffTopic,
  readStaffTopics,
  readTextVersions,
  type StaffTopics,
} from '../actions/staff-topics.ts'
import { Problem } from '../domain/problem.ts'
import { staffLanguage, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { Volume } from '../domain/volume.ts'
import { renderWording } from '../render.ts'
import type { StaffPart } from '../staff-views.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { formProblem, lineField, postForm, staffNumber, staffTime, showsAgain } from './staff-form.ts'

/** What people can hear about, the words that ask, and every version of them that was ever shown. */
export function topicPages(server: FastifyInstance, site: Site): void {
  const roles = rolesFor.campaigns
  staffPage(server, site, '/admin/topics', {
    roles,
    ...showsAgain(site, showTopics, add),
  })
  staffPage(server, site, '/admin/topics/wordings', {
    roles,
    get: (look, _request, reply) => showVersions(site, look, reply),
  })
  staffPage(server, site, '/admin/topics/:topic', {
    roles,
    ...showsAgain(site, showTopic, change),
  })
}

async function showTopics(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const { topics } = await readStaffTopics(site.house)
  const typed = (name: string) => fieldOf(request.body, name) ?? ''
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.topics.lead')], look: 'lead' },
    topicsTable(topics),
    { kind: 'links', links: [{ label: staffText('staff.wordings.heading'), url: '/admin/topics/wordings' }] },
    { kind: 'heading', text: staffText('staff.topics.add'), id: 'add' },
    postForm(
      look,
      '/admin/topics',
      [
        lineField('slug', staffText('staff.topics.slug'), {
          hint: staffText('staff.topics.slug.hint'),
          value: typed('slug'),
        }),
        ...wordFields('', typed('name'), typed('promise')),
        lineField('expect', staffText('staff.topics.expect'), {
          type: 'number',
          hint: staffText('staff.topics.expect.hint'),
          value: typed('expect'),
        }),
      ],
      staffText('staff.topics.add.press'),
    ),
  ]
  return sendStaff(reply, look, staffText('staff.topics.heading'), parts, {
    ...formProblem(problem, '#slug'),
    notice: await noticeOf(site, request),
  })
}

function topicsTable(topics: StaffTopics['topics']): StaffPart {
  return {
    kind: 'table',
    caption: staffText('staff.topics.all'),
    columns: [
      { label: staffText('staff.person.topic') },
      { label: staffText('staff.topics.promise') },
      { label: staffText('staff.topics.volume') },
    ],
    rows: topics.map(({ slug, name, promise, volume }) => [
      { text: name, url: `/admin/topics/${slug}` },
      { text: promise },
      { text: volumeInWords(volume) },
    ]),
    none: staffText('staff.topics.none'),
  }
}

/** How much a topic brings: counted wherever there is something to count, never what somebody typed in. */
function volumeInWords(volume: Volume): string {
  if (volume.kind === 'counted') {
    const count = Math.round(volume.monthly)
    return count < 1 ? staffText('staff.volume.rare') : staffText('staff.volume.counted', { count })
  }
  const { expected } = volume
  return expected === null ? staffText('staff.volume.new') : staffText('staff.volume.expected', { count: expected })
}

function wordFields(end: string, name: string, promise: string, language = '') {
  const where = language === '' ? '' : ` (${language})`
  return [
    lineField(`name${end}`, `${staffText('staff.topics.name')}${where}`, { value: name }),
    lineField(`promise${end}`, `${staffText('staff.topics.promise')}${where}`, {
      hint: staffText('staff.topics.promise.hint'),
      value: promise,
    }),
  ]
}

async function add(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const field = (name: string) => fieldOf(request.body, name)?.trim() ?? ''
  const expect = field('expect')
  if (expect !== '' && !/^\d{1,6}$/.test(expect)) {
    throw new Problem(
      'invalid-input',
      'how many emails a month to expect is a whole number of up to six digits, or empty',
    )
  }
  const topic = { slug: field('slug'), name: field('name'), promise: field('promise') }
  await addTopic(site.house, topic, expect === '' ? null : Number(expect))
  await publishWordings(site.house, renderWording)
  return reply.redirect('/admin/topics?done=added', 303)
}

async function showTopic(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const topic = await readStaffTopic(site.house, fieldOf(request.params, 'topic') ?? '')
  const given = (name: string, stored: string) => fieldOf(request.body, name) ?? stored
  const others = look.brand.languages.slice(1).flatMap((language) => {
    const said = topic.translations?.[language]
    const [name, promise] = [
      given(`name-${language}`, said?.name ?? ''),
      given(`promise-${language}`, said?.promise ?? ''),
    ]
    return wordFields(`-${language}`, name, promise, language)
  })
  const fields = [...wordFields('', given('name', topic.name), given('promise', topic.promise)), ...others]
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.topics.edit.lead')], look: 'lead' },
    {
      kind: 'facts',
      facts: [
        { name: staffText('staff.topics.slug'), values: [{ text: topic.slug, look: 'code' }] },
        { name: staffText('staff.topics.volume'), values: [{ text: volumeInWords(topic.volume) }] },
      ],
    },
    postForm(look, `/admin/topics/${topic.slug}`, fields, staffText('staff.topics.save')),
    { kind: 'links', links: [{ label: staffText('staff.topics.heading'), url: '/admin/topics' }] },
  ]
  return sendStaff(reply, look, topic.name, parts, formProblem(problem, '#name'))
}

/** Saves the words in each language where they differ; what the pages ask is then frozen anew. */
async function change(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { slug } = await readStaffTopic(site.house, fieldOf(request.params, 'topic') ?? '')
  const words = (end: string) => ({
    name: fieldOf(request.body, `name${end}`)?.trim() ?? '',
    promise: fieldOf(request.body, `promise${end}`)?.trim() ?? '',
  })
  const others = look.brand.languages.slice(1).map((language) => ({ language, words: words(`-${language}`) }))
  const said = others.filter((each) => each.words.name !== '' || each.words.promise !== '')
  await setTopicWords(site.house, slug, [{ language: null, words: words('') }, ...said])
  await publishWordings(site.house, renderWording)
  return reply.redirect('/admin/topics?done=saved', 303)
}

async function noticeOf(site: Site, request: FastifyRequest) {
  const done = fieldOf(request.query, 'done')
  if (done === 'added') return { kind: 'status' as const, lines: [staffText('staff.topics.added')] }
  if (done !== 'saved') return null
  const count = await peopleOnEarlierTexts(site.house)
  return { kind: 'status' as const, lines: [staffText('staff.topics.saved', { count })] }
}

async function showVersions(site: Site, look: StaffLook, reply: FastifyReply): Promise<FastifyReply> {
  const versions = await readTextVersions(site.house)
  return sendStaff(reply, look, staffText('staff.wordings.heading'), [
    { kind: 'text', lines: [staffText('staff.wordings.lead')], look: 'lead' },
    {
      kind: 'table',
      caption: staffText('staff.wordings.all'),
      columns: [
        { label: staffText('staff.wordings.what') },
        { label: staffText('staff.person.language') },
        { label: staffText('staff.wordings.version'), look: 'number' },
        { label: staffText('staff.wordings.published') },
        { label: staffText('staff.wordings.people'), look: 'number' },
        { label: staffText('staff.wordings.state') },
      ],
      rows: versions.map(({ hash, kind, language, version, publishedAt, people, current }) => [
        { text: staffText(`staff.wordings.kind.${kind}`), url: `/wording/${hash}` },
        { text: languageName(language) },
        { text: staffNumber(version), look: 'number' },
        { text: staffTime(publishedAt, look.brand.timeZone) },
        { text: staffNumber(people), look: 'number' },
        { text: staffText(current ? 'staff.wordings.current' : 'staff.wordings.before') },
      ]),
      none: staffText('staff.wordings.none'),
    },
    { kind: 'links', links: [{ label: staffText('staff.topics.heading'), url: '/admin/topics' }] },
  ])
}

/** The name of a language; nobody said in which one an attested text is. */
function languageName(code: string): string {
  if (code === 'und') return staffText('staff.person.unknown')
  return new Intl.DisplayNames(staffLanguage(), { type: 'language' }).of(code) ?? code
}
