import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { deskExport, fetchExport, fetchMinutes, makeDeskExport } from '../actions/audit-exports.ts'
import { listExports } from '../actions/list-exports.ts'
import { allTopicsNow } from '../actions/list-topics.ts'
import { dayIn, periodOf, type ExportScope } from '../domain/export-scope.ts'
import { Problem } from '../domain/problem.ts'
import { isPersonId } from '../domain/search-term.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { exportForm, registerTable, whatWas, type TypedOrder } from './audit-export-parts.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** `/audit/export`: what leaves the house. Making an export is a press with its entry; fetching the file writes nothing. */
export function auditExports(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/audit/export', {
    roles: rolesFor.audit,
    get: (look, request, reply) => show(site, look, reply, typedIn(request.query), null),
    post: (look, request, reply) => make(site, look, request, reply),
  })
  staffPage(server, site, '/audit/export/:entry', {
    roles: rolesFor.audit,
    get: (look, request, reply) => made(site, look, request, reply),
  })
  staffPage(server, site, '/audit/export/:entry/file', {
    roles: rolesFor.audit,
    get: (look, request, reply) => fetchFile(site, look, request, reply),
  })
}

async function show(
  site: Site,
  look: StaffLook,
  reply: FastifyReply,
  typed: TypedOrder,
  fault: Fault | null,
): Promise<FastifyReply> {
  const [topics, exports] = await Promise.all([allTopicsNow(site.house), listExports(site.house)])
  const items = fault ? [{ label: fault.label, url: `#${fault.field}` }] : []
  return sendStaff(
    reply,
    look,
    staffText('staff.audit.export.heading'),
    [
      { kind: 'text', lines: [staffText('staff.audit.export.lead')], look: 'lead' },
      exportForm(look.seal, topics, typed, fault),
      registerTable(exports),
    ],
    fault ? { problems: { heading: staffText('staff.audit.search.problem'), items }, status: 422 } : {},
  )
}

function typedIn(fields: unknown): TypedOrder {
  const said = (name: string) => (fieldOf(fields, name) ?? '').trim()
  return {
    from: said('from'),
    to: said('to'),
    topic: said('topic'),
    campaign: said('campaign'),
    person: said('person').toLowerCase(),
    payloads: said('payloads') === 'yes',
    destroy: said('destroy'),
  }
}

type Fault = { field: string; label: string }

async function make(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const typed = typedIn(request.body)
  const read = orderIn(typed)
  if ('field' in read) return show(site, look, reply, typed, read)
  try {
    const entry = await makeDeskExport(site.house, look.staff, read, look.now)
    return reply.redirect(`/audit/export/${entry}`, 303)
  } catch (error) {
    if (!(error instanceof Problem) || !['not-found', 'refused-by-gate'].includes(error.code)) throw error
    const field = error.code === 'refused-by-gate' ? 'person' : 'from'
    return show(site, look, reply, typed, { field, label: error.message })
  }
}

type Order = { scope: ExportScope; person: string | null; withPayloads: boolean; destroyBy: string | null }

function orderIn(typed: TypedOrder): Order | Fault {
  const day = staffText('staff.audit.export.problem.day')
  const period = tried(() => periodOf(typed.from || undefined, typed.to || undefined))
  if (period instanceof Problem) return { field: 'from', label: period.message }
  const destroyBy = typed.destroy === '' ? null : tried(() => dayIn(typed.destroy))
  if (destroyBy instanceof Problem) return { field: 'destroy', label: day }
  if (typed.person !== '' && !isPersonId(typed.person)) {
    return { field: 'person', label: staffText('staff.audit.export.problem.person') }
  }
  const scope = { ...period, topic: typed.topic || null, campaign: typed.campaign || null }
  return { scope, person: typed.person || null, withPayloads: typed.payloads, destroyBy }
}

function tried<T>(read: () => T): T | Problem {
  try {
    return read()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

async function made(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const one = await deskExport(site.house, look.staff, entryIn(request), look.now)
  const { entry, destroyBy } = one
  const file = `ledger-${entry}.zip`
  const values = { what: whatWas(one), size: entry, entry, day: destroyBy }
  return sendStaff(reply, look, staffText('staff.audit.export.made'), [
    { kind: 'text', lines: [staffText('staff.audit.export.made.lead', values)], look: 'lead' },
    {
      kind: 'links',
      links: [
        { label: staffText('staff.audit.export.file', { file }), url: `/audit/export/${entry}/file` },
        { label: staffText('staff.audit.export.table'), url: `/audit/export/${entry}/file?table=yes` },
      ],
    },
    {
      kind: 'text',
      lines: [
        staffText('staff.audit.export.made.fetch', { minutes: fetchMinutes }),
        staffText('staff.audit.export.verify', { file }),
      ],
    },
  ])
}

async function fetchFile(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const one = await deskExport(site.house, look.staff, entryIn(request), look.now)
  if (request.method === 'HEAD') return reply.type('application/zip').send()
  const zip = await fetchExport(site.house, one, fieldOf(request.query, 'table') === 'yes')
  return reply
    .type('application/zip')
    .header('content-disposition', `attachment; filename="ledger-${one.entry}.zip"`)
    .send(zip)
}

function entryIn(request: FastifyRequest): number {
  const text = fieldOf(request.params, 'entry') ?? ''
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0
}
