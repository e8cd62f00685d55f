import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { lookAt } from '../actions/look-at.ts'
import { searchAudit, type Found } from '../actions/search-audit.ts'
import { lookReason } from '../domain/look.ts'
import { searchTerm } from '../domain/search-term.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { periodForm } from './audit-entries.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** `/audit`: where an auditor begins. What is searched comes by POST, so that an address stands in no URL. */
export function auditSearch(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/audit', {
    roles: rolesFor.audit,
    get: (look, _request, reply) => start(look, reply),
    post: (look, request, reply) => search(site, look, request, reply),
  })
}

type Typed = { q: string; reason: string; error: string }

function start(look: StaffLook, reply: FastifyReply, typed: Typed = { q: '', reason: '', error: '' }): FastifyReply {
  const problem = { label: typed.error, url: '#q' }
  return sendStaff(
    reply,
    look,
    staffText('staff.audit.heading'),
    [
      { kind: 'text', lines: [staffText('staff.audit.lead')], look: 'lead' },
      searchForm(look, typed),
      { kind: 'heading', text: staffText('staff.audit.period.heading') },
      periodForm({ from: '', to: '' }),
    ],
    typed.error === ''
      ? {}
      : { problems: { heading: staffText('staff.audit.search.problem'), items: [problem] }, status: 422 },
  )
}

function searchForm({ seal }: StaffLook, { q, reason, error }: Typed): StaffPart {
  return {
    kind: 'form',
    form: {
      method: 'post',
      action: '/audit',
      fields: [{ name: 'seal', value: seal }],
      inputs: [
        {
          type: 'search',
          name: 'q',
          label: staffText('staff.audit.search.q'),
          hint: staffText('staff.audit.search.q.hint'),
          error,
          value: q,
          autocomplete: 'off',
        },
        {
          type: 'text',
          name: 'reason',
          label: staffText('staff.audit.search.reason'),
          hint: staffText('staff.audit.reason.hint'),
          error: '',
          value: reason,
          autocomplete: 'off',
        },
      ],
      button: staffText('staff.audit.search'),
      look: 'primary',
    },
  }
}

/** A person is opened at once where it was said why; otherwise their page asks. */
async function search(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const q = fieldOf(request.body, 'q') ?? ''
  const reason = fieldOf(request.body, 'reason') ?? ''
  const term = searchTerm(q)
  if (term === null) return start(look, reply, { q, reason, error: staffText('staff.audit.search.unreadable') })
  const found = await searchAudit(site.house, term)
  if (found.kind === 'nothing') {
    const { entries } = found
    return start(look, reply, { q, reason, error: staffText('staff.audit.search.nothing', { entries }) })
  }
  if (found.kind === 'erased') {
    const lines = [staffText('staff.audit.search.erased')]
    return sendStaff(reply, look, staffText('staff.audit.search.erased.heading'), [{ kind: 'text', lines }])
  }
  if (found.kind === 'person' && found.isThere && lookReason(reason) !== null) {
    await lookAt(site.house, look.staff, found.id, reason)
  }
  return reply.redirect(urlOf(found), 303)
}

function urlOf(found: Exclude<Found, { kind: 'erased' | 'nothing' }>): string {
  switch (found.kind) {
    case 'person':
      return `/audit/person/${found.id}`
    case 'entry':
      return `/audit/entry/${found.number}`
    case 'wording':
      return `/audit/wording/${found.hash}`
    case 'campaign':
      return `/audit/campaign/${found.slug}`
  }
}
