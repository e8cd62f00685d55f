import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { listEntries, readEntry, type EntryShown } from '../actions/read-entry.ts'
import { zoneFor } from '../domain/calendar.ts'
import { canonicalJson } from '../domain/canonical-json.ts'
import { textDate, textTime } from '../domain/catalogue.ts'
import { staffLanguage, staffList, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { Anchor } from '../form-views.ts'
import type { Cell, StaffPart } from '../staff-views.ts'
import { entryCell, kindName, proofVerdicts } from './audit-words.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** The entries of the ledger: those of a period, and each by itself. */
export function auditEntries(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/audit/entries', {
    roles: rolesFor.audit,
    get: (look, request, reply) => list(site, look, request, reply),
  })
  staffPage(server, site, '/audit/entry/:number', {
    roles: rolesFor.audit,
    get: (look, request, reply) => show(site, look, request, reply),
  })
}

/** Days from which and up to which entries are to be shown. */
export function periodForm({ from, to }: { from: string; to: string }): StaffPart {
  const base = { hint: '', error: '', type: 'date' } as const
  return {
    kind: 'form',
    form: {
      method: 'get',
      action: '/audit/entries',
      fields: [],
      inputs: [
        { ...base, name: 'from', label: staffText('staff.audit.period.from'), value: from },
        { ...base, name: 'to', label: staffText('staff.audit.period.to'), value: to },
      ],
      button: staffText('staff.audit.period.show'),
      look: 'plain',
      inline: true,
    },
  }
}

async function list(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const [from, to] = [fieldOf(request.query, 'from') ?? '', fieldOf(request.query, 'to') ?? '']
  const heading = staffText('staff.audit.entries.heading')
  const [start, end] = [dayStart(from, 0), dayStart(to, 1)]
  const wrong = [...(start === undefined ? ['from'] : []), ...(end === undefined ? ['to'] : [])]
  const order = start && end && start >= end ? staffText('staff.audit.entries.order') : ''
  if (start === undefined || end === undefined || order !== '') {
    const items = wrong.map((name) => ({ label: staffText('staff.audit.entries.day'), url: `#${name}` }))
    const problems = {
      heading: staffText('staff.audit.search.problem'),
      items: order ? [{ label: order, url: '#to' }] : items,
    }
    return sendStaff(reply, look, heading, [periodForm({ from, to })], { problems, status: 422 })
  }
  const below = numberIn(fieldOf(request.query, 'below'))
  const { entries, count, older } = await listEntries(site.house, { from: start, until: end, below })
  const olderUrl = `/audit/entries?${new URLSearchParams({ from, to, below: String(older) }).toString()}`
  return sendStaff(reply, look, heading, [
    { kind: 'text', lines: [staffText('staff.audit.entries.lead', { count })], look: 'lead' },
    periodForm({ from, to }),
    {
      kind: 'table',
      caption: heading,
      quiet: true,
      columns: [
        { label: staffText('staff.audit.entries.number'), look: 'number' },
        { label: staffText('staff.audit.entry.time') },
        { label: staffText('staff.audit.entry.kind') },
        { label: staffText('staff.audit.entry.wording') },
      ],
      rows: entries.map(({ number, entry }) => [
        entryCell(number),
        { text: entry.at.toISOString(), look: 'time' },
        { text: kindName(entry.kind) },
        entry.wording === null
          ? { text: '–', look: 'muted' }
          : { text: entry.wording.slice(0, 12), url: `/audit/wording/${entry.wording}`, look: 'code' },
      ]),
      none: staffText('staff.audit.entries.none'),
    },
    {
      kind: 'pages',
      label: heading,
      earlier: null,
      later: older === null ? null : { label: staffText('staff.audit.entries.older'), url: olderUrl },
    },
  ])
}

/** The first instant (ISO) of a day, or of one some days after it; null for no day, undefined for what is none. */
function dayStart(day: string, days: number): string | null | undefined {
  if (day === '') return null
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T00:00:00Z`) : new Date(Number.NaN)
  if (Number.isNaN(start.getTime()) || !start.toISOString().startsWith(day)) return undefined
  return new Date(start.getTime() + days * 86_400_000).toISOString()
}

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const number = numberIn(fieldOf(request.params, 'number')) ?? 0
  const shown = await readEntry(site.house, look.staff, number, look.now)
  return sendStaff(reply, look, staffText('staff.audit.entry.heading', { entry: number }), [
    entryFacts(shown, zoneFor(null, look.brand)),
    proofVerdicts(number, shown.evidence),
    ...code(staffText('staff.audit.entry.body'), shown.kept.body),
    ...payloadParts(shown),
    ...(shown.evidence.kind === 'good'
      ? code(staffText('staff.audit.entry.path'), shown.evidence.path.join('\n') || '–')
      : []),
    around(number, shown.size),
  ])
}

function entryFacts({ kept, topics }: EntryShown, zone: string): StaffPart {
  const local = {
    date: textDate(staffLanguage(), kept.entry.at, zone),
    time: textTime(staffLanguage(), kept.entry.at, zone),
    zone,
  }
  const { at, kind, wording, topics: ids } = kept.entry
  const there: Cell[] = zone === 'UTC' ? [] : [{ text: staffText('staff.audit.entry.local', local), look: 'muted' }]
  const none = { text: staffText('staff.audit.entry.none'), look: 'muted' } as const
  const names = ids.map((id) => topics.find((topic) => topic.id === id)?.name ?? String(id))
  return {
    kind: 'facts',
    facts: [
      { name: staffText('staff.audit.entry.kind'), values: [{ text: kindName(kind) }] },
      { name: staffText('staff.audit.entry.time'), values: [{ text: at.toISOString() }, ...there] },
      { name: staffText('staff.audit.entry.topics'), values: [names.length > 0 ? { text: staffList(names) } : none] },
      {
        name: staffText('staff.audit.entry.wording'),
        values: [wording === null ? none : { text: wording, url: `/audit/wording/${wording}`, look: 'code' }],
      },
      { name: staffText('staff.audit.entry.leaf'), values: [{ text: kept.leaf, look: 'code' }] },
    ],
  }
}

function payloadParts({ person, payload }: EntryShown): StaffPart[] {
  if (payload.kind === 'erased') return [{ kind: 'text', lines: [staffText('staff.audit.entry.erased')] }]
  const url = `/audit/person/${person}`
  if (payload.kind === 'kept apart') {
    return [
      { kind: 'text', lines: [staffText('staff.audit.entry.apart')] },
      { kind: 'links', links: [{ label: staffText('staff.audit.entry.look'), url }] },
    ]
  }
  return [
    ...code(staffText('staff.audit.entry.payload'), canonicalJson(payload.payload)),
    ...code(staffText('staff.audit.entry.salt'), payload.salt),
    { kind: 'links', links: person === null ? [] : [{ label: staffText('staff.audit.entry.person'), url }] },
  ]
}

/** A heading, and a text that machines read. */
function code(heading: string, text: string): StaffPart[] {
  return [
    { kind: 'heading', text: heading },
    { kind: 'pre', label: heading, text, look: 'code' },
  ]
}

function around(number: number, size: number): StaffPart {
  return {
    kind: 'pages',
    label: staffText('staff.audit.entries.heading'),
    earlier: number > 1 ? anchorTo(number - 1) : null,
    later: number < size ? anchorTo(number + 1) : null,
  }
}

function anchorTo(entry: number): Anchor {
  return { label: staffText('staff.audit.at.entry', { entry }), url: `/audit/entry/${entry}` }
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}
