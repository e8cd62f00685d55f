import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readStaffPerson, type StaffPerson } from '../actions/staff-person.ts'
import { happeningIn } from '../domain/happening.ts'
import { tell } from '../domain/history-sentence.ts'
import { Problem } from '../domain/problem.ts'
import { staffLanguage, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { Cell, StaffPart } from '../staff-views.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { staffTime, textFact } from './staff-form.ts'

/** One person as staff see her: her sentence, what is known, what comes next, and everything that happened. */
export function personPage(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/people/:person', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => show(site, look, request, reply),
  })
}

/** The id in the address. @throws Problem `not-found` for what is none. */
export function personIn(request: FastifyRequest): string {
  const id = fieldOf(request.params, 'person') ?? ''
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) return id
  throw new Problem('not-found', 'there is no such person')
}

/** How a page calls her: by her name, never by her address, which would stand in titles and in what browsers keep. */
export function nameOf({ person }: Pick<StaffPerson, 'person'>): string {
  return [person.name, person.familyName].filter((part) => part !== '').join(' ') || staffText('staff.person.unnamed')
}

const notices = {
  recorded: 'staff.person.recorded',
  unchanged: 'staff.person.unchanged',
  asked: 'staff.person.asked',
} as const

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const before = fieldOf(request.query, 'before') ?? ''
  const below = /^[1-9]\d{0,14}$/.test(before) ? Number(before) : null
  const shown = await readStaffPerson(site.house, personIn(request), below)
  const done = fieldOf(request.query, 'done')
  const notice = done === 'recorded' || done === 'unchanged' || done === 'asked' ? staffText(notices[done]) : null
  return sendStaff(reply, look, nameOf(shown), partsOf(shown), {
    notice: notice === null ? null : { kind: 'status', lines: [notice] },
  })
}

function partsOf(shown: StaffPerson): StaffPart[] {
  const { person, zone, sentence } = shown
  const url = `/admin/people/${person.id}`
  const since = staffText('staff.person.since', { time: staffTime(person.createdAt, zone) })
  const { older } = shown.history
  return [
    { kind: 'sentence', text: sentence, note: since },
    { kind: 'links', links: [{ label: staffText('staff.record.heading'), url: `${url}/record` }] },
    { kind: 'facts', facts: factsOf(shown) },
    answersTable(shown),
    { kind: 'heading', text: staffText('staff.person.history'), id: 'history' },
    timelineOf(shown),
    {
      kind: 'pages',
      label: staffText('staff.person.history'),
      earlier: null,
      later: older === null ? null : { label: staffText('staff.person.older'), url: `${url}?before=${older}#history` },
    },
    { kind: 'links', links: [{ label: staffText('staff.people.another'), url: '/admin/people' }] },
  ]
}

function factsOf({ person, zone, nextSlot, waiting }: StaffPerson): { name: string; values: Cell[] }[] {
  const slot = nextSlot === null ? staffText('staff.person.noSlot') : staffTime(nextSlot, zone)
  const due = waiting.due === null ? [] : [staffText('staff.person.due', { due: staffTime(waiting.due, zone) })]
  const suppressed = person.suppressions.map((reason) => staffText(`staff.suppressed.${reason}`))
  return [
    textFact(staffText('staff.people.address'), person.address?.spelling ?? staffText('staff.person.noEmail')),
    textFact(staffText('staff.person.slot'), slot),
    textFact(staffText('staff.person.waiting'), staffText('staff.person.waits', { count: waiting.count }), ...due),
    textFact(
      staffText('staff.person.suppressed'),
      ...(suppressed.length > 0 ? suppressed : [staffText('staff.suppressed.none')]),
    ),
    textFact(staffText('staff.person.zone'), zone),
    textFact(staffText('staff.person.language'), person.choices.language ?? staffText('staff.person.unknown')),
  ]
}

function answersTable({ person, topics, zone }: StaffPerson): StaffPart {
  const { choices } = person
  return {
    kind: 'table',
    caption: staffText('staff.person.answers'),
    columns: [
      { label: staffText('staff.person.topic') },
      { label: staffText('staff.person.answer') },
      { label: staffText('staff.person.basis') },
      { label: staffText('staff.person.when') },
    ],
    rows: topics.map(({ id, name }): Cell[] => {
      const said = choices.topics[id]
      const basis = said?.basis ?? null
      return [
        { text: name },
        { text: staffText(`staff.answer.${said?.answer ?? 'unasked'}`) },
        basis === null
          ? { text: '–', look: 'muted' }
          : { text: staffText(`staff.basis.${basis.evidence}`), url: `/wording/${basis.wording}` },
        said === undefined ? { text: '–', look: 'muted' } : { text: staffTime(basis?.confirmedAt ?? said.at, zone) },
      ]
    }),
    none: staffText('staff.topics.none'),
  }
}

function timelineOf({ history, brand, topics, zone }: StaffPerson): StaffPart {
  return {
    kind: 'timeline',
    items: history.entries.map(({ entry, payload, mail }) => {
      const context = { locale: staffLanguage(), zone, brand: brand.name, topics }
      const { did, from } = tell(happeningIn(entry.kind, payload, mail), context)
      const { wording } = entry
      return {
        time: staffTime(entry.at, zone),
        machine: entry.at.toISOString(),
        text: did.join(' '),
        note: from,
        link: wording === null ? null : { label: staffText('staff.person.wording'), url: `/wording/${wording}` },
      }
    }),
    none: staffText('staff.person.nothing'),
  }
}
