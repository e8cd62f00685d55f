import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askToConfirm, recordLowering, recordYes, type Told } from '../actions/record-for-her.ts'
import { readAskingTexts, readStaffPerson, type StaffPerson } from '../actions/staff-person.ts'
import { momentIn } from '../domain/calendar.ts'
import { text } from '../domain/catalogue.ts'
import { pauseUntilDay } from '../domain/pause-day.ts'
import { Problem } from '../domain/problem.ts'
import { staffLanguage, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { Lowering } from '../domain/told-staff.ts'
import type { StaffPart } from '../staff-views.ts'
import { nameOf, personIn } from './person-page.ts'
import { statusOf } from './problem-pages.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import {
  areaField,
  lineField,
  postForm,
  selectField,
  showsAgain,
  staffTime,
  tickedIds,
  tickField,
} from './staff-form.ts'

/**
 * "Record what they told us": less is in force at once; more needs where, when and which words, or is asked for by a mail that
 * only she can answer.
 */
export function personRecord(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/people/:person/record', {
    roles: rolesFor.campaigns,
    ...showsAgain(site, show, record),
  })
}

async function record(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply) {
  const person = personIn(request)
  const done = await recorded(site, look, person, request.body)
  request.log.info({ staff: look.staff.id, done }, 'recorded for somebody')
  return reply.redirect(`/admin/people/${person}?done=${done}`, 303)
}

async function recorded(site: Site, look: StaffLook, person: string, body: unknown) {
  const { house } = site
  const field = (name: string) => fieldOf(body, name) ?? ''
  const told: Told = { staff: look.staff.id, where: field('where'), said: field('said') }
  const kind = field('kind')
  if (kind === 'ask') {
    const asked = await askToConfirm(house, person, tickedIds(body, 'ask'))
    if (asked.kind === 'asked') return 'asked'
    throw new Problem('too-many', `this address was asked often enough; try again in ${asked.seconds} seconds`)
  }
  const shown = await readStaffPerson(house, person, null)
  if (kind === 'less') {
    const changed = await recordLowering(house, person, loweringIn(shown, look.now, field), told)
    return changed.kind === 'changed' ? 'recorded' : 'unchanged'
  }
  if (kind !== 'more') throw new Problem('invalid-input', 'the form is not one of this page; open it again')
  const saidAt = momentIn(field('day'), field('time'), shown.zone)
  if (saidAt === null)
    throw new Problem('invalid-input', 'a yes needs the day and time it was said; nothing was recorded')
  const words = field('words')
  const wording = words.trim() === '' ? { hash: field('wording') } : { words }
  if ('hash' in wording && wording.hash === '') {
    throw new Problem('invalid-input', 'a yes needs the words that asked for it; nothing was recorded')
  }
  const yes = { topics: tickedIds(body, 'topic'), saidAt: saidAt.toISOString(), wording }
  const changed = await recordYes(house, person, yes, told)
  return changed.kind === 'changed' ? 'recorded' : 'unchanged'
}

function loweringIn({ person, brand, topics }: StaffPerson, now: Date, field: (name: string) => string): Lowering {
  const what = field('what')
  if (what === 'stop') return { what }
  if (what === 'pause') return { what, until: pauseUntilDay(field('until'), now, person.choices.timeZone, brand) }
  if (what === 'digest-weekly' || what === 'digest-monthly') return { what: 'slower', pace: what }
  const topic = topics.find(({ id }) => what === `topic-${id}`)
  if (topic === undefined) throw new Problem('invalid-input', 'choose what they want less of; nothing was recorded')
  return { what: 'topics', topics: [topic.id] }
}

async function show(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const [shown, texts] = await Promise.all([
    readStaffPerson(site.house, personIn(request), null),
    readAskingTexts(site.house),
  ])
  const typed = (name: string) => (problem === null ? '' : (fieldOf(request.body, name) ?? ''))
  const url = `/admin/people/${shown.person.id}`
  const published = texts.map(({ hash, language, publishedAt, kind }) => ({
    value: hash,
    label: staffText(`staff.wording.${kind}`, { language, time: staffTime(publishedAt, shown.zone) }),
  }))
  const parts: StaffPart[] = [
    { kind: 'sentence', text: shown.sentence, note: '' },
    ...lessParts(look, shown, url, typed),
    ...moreParts(look, shown, url, { typed, published }),
    ...askParts(look, shown, url),
    { kind: 'links', links: [{ label: nameOf(shown), url }] },
  ]
  const heading = staffText('staff.record.heading')
  if (problem === null) return sendStaff(reply, look, heading, parts)
  const anchors = { less: '#what', more: '#where', ask: '#ask' } as const
  const kind = typed('kind')
  const anchor = kind === 'less' || kind === 'ask' ? anchors[kind] : anchors.more
  const problems = { heading: staffText('staff.signIn.problem'), items: [{ label: problem.message, url: anchor }] }
  return sendStaff(reply, look, heading, parts, { problems, status: statusOf(problem) })
}

type Typed = (name: string) => string

function lessParts(look: StaffLook, { person, topics }: StaffPerson, url: string, typed: Typed): StaffPart[] {
  const wanted = topics.filter(({ id }) => person.choices.topics[id]?.answer === 'yes')
  const options = [
    // Nothing is chosen beforehand: a slip would stop everything, and only she could end that.
    { value: '', label: staffText('staff.record.choose') },
    { value: 'stop', label: staffText('staff.record.stop') },
    ...wanted.map(({ id, name }) => ({
      value: `topic-${id}`,
      label: staffText('staff.record.noTopic', { topic: name }),
    })),
    { value: 'digest-weekly', label: text(staffLanguage(), 'page.pace.digest-weekly') },
    { value: 'digest-monthly', label: text(staffLanguage(), 'page.pace.digest-monthly') },
    { value: 'pause', label: staffText('staff.record.pause') },
  ]
  return [
    { kind: 'heading', text: staffText('staff.record.less'), id: 'less' },
    { kind: 'text', lines: [staffText('staff.record.less.lead')] },
    postForm(
      look,
      `${url}/record`,
      [
        selectField('what', staffText('staff.record.what'), options, { value: typed('what') }),
        lineField('until', staffText('staff.record.until'), {
          type: 'date',
          hint: staffText('staff.record.until.hint'),
          value: typed('until'),
        }),
        lineField('said', staffText('staff.record.said'), {
          hint: staffText('staff.record.said.hint'),
          value: typed('said'),
        }),
      ],
      staffText('staff.record.less.press'),
      { fields: [{ name: 'kind', value: 'less' }] },
    ),
  ]
}

function moreParts(
  look: StaffLook,
  { topics, zone }: StaffPerson,
  url: string,
  { typed, published }: { typed: Typed; published: { value: string; label: string }[] },
): StaffPart[] {
  const none = { value: '', label: staffText('staff.record.wording.none') }
  const inputs = [
    ...topics.map(({ id, name }) => tickField(`topic-${id}`, name, typed(`topic-${id}`) === 'yes')),
    lineField('where', staffText('staff.record.where'), {
      hint: staffText('staff.record.where.hint'),
      value: typed('where'),
    }),
    lineField('day', staffText('staff.record.day'), { type: 'date', value: typed('day') }),
    lineField('time', staffText('staff.record.time'), {
      type: 'time',
      hint: staffText('staff.record.time.hint', { zone }),
      value: typed('time'),
    }),
    selectField('wording', staffText('staff.record.wording'), [none, ...published], { value: typed('wording') }),
    areaField('words', staffText('staff.record.words'), {
      hint: staffText('staff.record.words.hint'),
      value: typed('words'),
    }),
  ]
  return [
    { kind: 'heading', text: staffText('staff.record.more'), id: 'more' },
    { kind: 'text', lines: [staffText('staff.record.more.lead')] },
    postForm(look, `${url}/record`, inputs, staffText('staff.record.more.press'), {
      fields: [{ name: 'kind', value: 'more' }],
      look: 'plain',
    }),
  ]
}

function askParts(look: StaffLook, { topics }: StaffPerson, url: string): StaffPart[] {
  return [
    { kind: 'heading', text: staffText('staff.record.ask'), id: 'ask' },
    { kind: 'text', lines: [staffText('staff.record.ask.lead')] },
    postForm(
      look,
      `${url}/record`,
      topics.map(({ id, name }) => tickField(`ask-${id}`, name)),
      staffText('staff.record.ask.press'),
      { fields: [{ name: 'kind', value: 'ask' }], look: 'plain' },
    ),
  ]
}
