import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addDoNotContact, readDoNotContact } from '../actions/do-not-contact.ts'
import { personIdOf } from '../actions/staff-person.ts'
import { Problem } from '../domain/problem.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { statusOf } from './problem-pages.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { lineField, postForm, staffNumber, staffTime } from './staff-form.ts'

/** `/admin/people` finds one person by address, and `/admin/people/do-not-contact` keeps those that are never written to. */
export function peoplePages(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/people', {
    roles: rolesFor.campaigns,
    get: (look, _request, reply) => sendStaff(reply, look, staffText('staff.people.heading'), search(look)),
    post: (look, request, reply) => find(site, look, request, reply),
  })
  staffPage(server, site, '/admin/people/do-not-contact', {
    roles: rolesFor.campaigns,
    get: (look, request, reply) => showList(site, look, reply, { added: fieldOf(request.query, 'added') }),
    post: (look, request, reply) => add(site, look, request, reply),
  })
}

function search(look: StaffLook, typed = '', error = ''): StaffPart[] {
  const address = lineField('address', staffText('staff.people.address'), {
    type: 'email',
    autocomplete: 'off',
    hint: staffText('staff.people.address.hint'),
    value: typed,
    error,
  })
  return [
    { kind: 'text', lines: [staffText('staff.people.lead')], look: 'lead' },
    postForm(look, '/admin/people', [address], staffText('staff.people.find')),
    {
      kind: 'links',
      links: [
        { label: staffText('staff.import.heading'), url: '/admin/people/import' },
        { label: staffText('staff.doNotContact.heading'), url: '/admin/people/do-not-contact' },
      ],
    },
  ]
}

/** The address comes in a body and goes no further: what the browser keeps and the log shows is a random id. */
async function find(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const typed = fieldOf(request.body, 'address') ?? ''
  try {
    return await reply.redirect(`/admin/people/${await personIdOf(site.house, typed)}`, 303)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const key = error.code === 'not-found' ? 'staff.people.unknown' : 'staff.people.noAddress'
    const label = staffText(key)
    const problems = { heading: staffText('staff.signIn.problem'), items: [{ label, url: '#address' }] }
    const parts = search(look, typed, label)
    return sendStaff(reply, look, staffText('staff.people.heading'), parts, { problems, status: statusOf(error) })
  }
}

async function showList(
  site: Site,
  look: StaffLook,
  reply: FastifyReply,
  { added, problem = '', typed = '' }: { added?: string | undefined; problem?: string; typed?: string },
): Promise<FastifyReply> {
  const { count, newest } = await readDoNotContact(site.house)
  const notices = { new: 'staff.doNotContact.added', known: 'staff.doNotContact.known' } as const
  const notice = added === 'new' || added === 'known' ? staffText(notices[added]) : null
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.doNotContact.lead', { count })], look: 'lead' },
    postForm(
      look,
      '/admin/people/do-not-contact',
      [
        lineField('address', staffText('staff.people.address'), {
          type: 'email',
          autocomplete: 'off',
          hint: staffText('staff.doNotContact.hint'),
          value: typed,
          error: problem,
        }),
      ],
      staffText('staff.doNotContact.add'),
      { look: 'stop' },
    ),
    {
      kind: 'table',
      caption: staffText('staff.doNotContact.newest', { shown: staffNumber(newest.length), count: staffNumber(count) }),
      columns: [
        { label: staffText('staff.doNotContact.fingerprint') },
        { label: staffText('staff.doNotContact.since') },
      ],
      rows: newest.map(({ fingerprint, at }) => [
        { text: fingerprint.slice(0, 16), look: 'code' },
        { text: staffTime(at, look.brand.timeZone) },
      ]),
      none: staffText('staff.doNotContact.none'),
    },
    { kind: 'links', links: [{ label: staffText('staff.people.heading'), url: '/admin/people' }] },
  ]
  const heading = staffText('staff.doNotContact.heading')
  if (problem !== '') {
    const problems = { heading: staffText('staff.signIn.problem'), items: [{ label: problem, url: '#address' }] }
    return sendStaff(reply, look, heading, parts, { problems, status: 422 })
  }
  return sendStaff(reply, look, heading, parts, {
    notice: notice === null ? null : { kind: 'status', lines: [notice] },
  })
}

async function add(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const typed = fieldOf(request.body, 'address') ?? ''
  try {
    const isNew = await addDoNotContact(site.house, typed, look.staff.id)
    return await reply.redirect(`/admin/people/do-not-contact?added=${isNew ? 'new' : 'known'}`, 303)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-input') throw error
    return showList(site, look, reply, { problem: staffText('staff.people.noAddress'), typed })
  }
}
