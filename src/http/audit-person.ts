import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { makeProof } from '../actions/audit-exports.ts'
import { lookAt, openLook } from '../actions/look-at.ts'
import { readStanding, whoIsThere } from '../actions/read-standing.ts'
import { asOf, fieldsAt, type AsOfAsked, type AsOfFault } from '../domain/as-of.ts'
import { zoneFor } from '../domain/calendar.ts'
import { textDate } from '../domain/catalogue.ts'
import { lookMinutes, lookReason } from '../domain/look.ts'
import { Problem } from '../domain/problem.ts'
import { isPersonId } from '../domain/search-term.ts'
import { staffLanguage, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { asOfForm, lookLine, standingParts } from './audit-standing.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** `/audit/person/:id`: one person as of any instant, within a look of whoever asks. */
export function auditPerson(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/audit/person/:id', {
    roles: rolesFor.audit,
    get: (look, request, reply) => show(site, look, request, reply),
    post: (look, request, reply) => open(site, look, request, reply),
  })
  staffPage(server, site, '/audit/person/:id/proof', {
    roles: rolesFor.audit,
    get: (_look, request, reply) => reply.redirect(`/audit/person/${personIn(request)}`, 303),
    post: async (look, request, reply) => {
      const entry = await makeProof(site.house, look.staff, personIn(request), look.now)
      return reply.redirect(`/audit/export/${entry}`, 303)
    },
  })
}

/** The id in the address. @throws Problem `not-found` for what is none. */
function personIn(request: FastifyRequest): string {
  const id = fieldOf(request.params, 'id') ?? ''
  if (!isPersonId(id)) throw new Problem('not-found', 'this is not the id of a person')
  return id
}

async function show(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const person = personIn(request)
  const who = await whoIsThere(site.house, person)
  if (who.kind === 'erased') return gone(look, reply, who.day)
  const opened = await openLook(site.house, look.staff, person, look.now)
  const asked = askedIn(request.query)
  if (!opened) return askWhy(look, reply, { person, at: asked.at ?? '', reason: '', error: '' })
  const time = asOf(asked, look.now)
  if (time.kind === 'refused') return askAgain(look, reply, asked, time)
  const before = fieldOf(request.query, 'before')
  const below = before !== undefined && /^[1-9]\d{0,14}$/.test(before) ? Number(before) : null
  const shown = await readStanding(site.house, person, time.at, below)
  const zone = shown.found.kind === 'standing' ? shown.found.standing.timeZone : zoneFor(null, look.brand)
  const fields = fieldsAt(time.at, asked.zone ?? zone)
  const heading = staffText('staff.audit.at.heading', { date: textDate(staffLanguage(), time.at, fields.zone) })
  return sendStaff(reply, look, heading, [
    lookLine(shown, opened, { at: time.at, ...fields }),
    asOfForm(person, fields, null),
    ...standingParts({ shown, person, at: time.at, below, zone: fields.zone, brand: look.brand.name, seal: look.seal }),
  ])
}

function askedIn(query: unknown): AsOfAsked {
  return {
    at: fieldOf(query, 'at'),
    date: fieldOf(query, 'date'),
    time: fieldOf(query, 'time'),
    zone: fieldOf(query, 'zone'),
  }
}

/** A look is opened by a press alone, with a reason. */
async function open(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const person = personIn(request)
  const reason = fieldOf(request.body, 'reason') ?? ''
  const at = fieldOf(request.body, 'at') ?? ''
  if (lookReason(reason) === null) {
    return askWhy(look, reply, { person, at, reason, error: staffText('staff.audit.why.missing') })
  }
  await lookAt(site.house, look.staff, person, reason)
  const query = at === '' ? '' : `?${new URLSearchParams({ at }).toString()}`
  return reply.redirect(`/audit/person/${person}${query}`, 303)
}

function gone(look: StaffLook, reply: FastifyReply, day: string): FastifyReply {
  const date = textDate(staffLanguage(), new Date(`${day}T00:00:00Z`), 'UTC')
  return sendStaff(reply, look, staffText('staff.audit.gone.heading'), [
    { kind: 'text', lines: [staffText('staff.audit.gone.lead', { day: date })], look: 'lead' },
    { kind: 'text', lines: [staffText('staff.audit.gone.more')] },
  ])
}

function askWhy(
  look: StaffLook,
  reply: FastifyReply,
  { person, at, reason, error }: { person: string; at: string; reason: string; error: string },
): FastifyReply {
  const form: StaffPart = {
    kind: 'form',
    form: {
      method: 'post',
      action: `/audit/person/${person}`,
      fields: [
        { name: 'seal', value: look.seal },
        { name: 'at', value: at },
      ],
      inputs: [
        {
          type: 'text',
          name: 'reason',
          label: staffText('staff.audit.why.label'),
          hint: staffText('staff.audit.reason.hint'),
          error,
          value: reason,
          autocomplete: 'off',
        },
      ],
      button: staffText('staff.audit.why.look'),
      look: 'primary',
    },
  }
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.audit.why.lead', { minutes: lookMinutes })], look: 'lead' },
    { kind: 'text', lines: [staffText('staff.audit.why.kept')] },
    form,
  ]
  const items = [{ label: error, url: '#reason' }]
  const problems = { heading: staffText('staff.audit.search.problem'), items }
  return sendStaff(
    reply,
    look,
    staffText('staff.audit.why.heading'),
    parts,
    error === '' ? {} : { problems, status: 422 },
  )
}

/** The time that was asked for cannot be read, or is yet to come. */
function askAgain(look: StaffLook, reply: FastifyReply, asked: AsOfAsked, { field, fault }: AsOfFault): FastifyReply {
  const label = staffText(`staff.audit.at.fault.${fault}`, { now: look.now.toISOString() })
  const zone = asked.zone ?? zoneFor(null, look.brand)
  const fields = {
    date: asked.date ?? asked.at?.slice(0, 10) ?? '',
    time: asked.time ?? asked.at?.slice(11, 16) ?? '',
    zone,
  }
  const person = look.url.split('/').at(-1) ?? ''
  const problems = { heading: staffText('staff.audit.search.problem'), items: [{ label, url: `#${field}` }] }
  const form = asOfForm(person, fields, { field, label })
  return sendStaff(reply, look, staffText('staff.audit.at.date'), [form], { problems, status: 422 })
}
