import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { listTopics } from '../actions/add-topic.ts'
import { importPeople, type ImportSummary } from '../actions/import-people.ts'
import type { ImportRequest } from '../actions/import-plan.ts'
import { Problem } from '../domain/problem.ts'
import { staffQuote, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { importForm, summaryParts } from './import-view.ts'
import { statusOf } from './problem-pages.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { postForm, staffNumber } from './staff-form.ts'
import { takeUploads, uploadOf } from './upload-form.ts'
import { uploadMinutes, type Upload, type Uploads } from './uploads.ts'

const limits = { files: 10, mebibytes: 64, instead: 'Import a larger one with: courtesy people import' }

/**
 * People by files, in two presses: the first shows what the import would do and writes nothing, the second does it with the very
 * files that were shown. The numbers are those of `courtesy people import`. @param uploads where files wait.
 */
export async function importPages(server: FastifyInstance, site: Site, uploads: Uploads): Promise<void> {
  await server.register(async (desk) => {
    await takeUploads(desk, site, uploads, rolesFor.campaigns, limits)
    const door: Door = { site, uploads }
    staffPage(desk, site, '/admin/people/import', {
      roles: rolesFor.campaigns,
      get: (look, request, reply) => showForm(door, look, request, reply, null),
      post: (look, request, reply) => preview(door, look, request, reply),
    })
    staffPage(desk, site, '/admin/people/import/:upload', {
      roles: rolesFor.campaigns,
      get: (look, request, reply) => showSummary(door, look, request, reply),
      post: (look, request, reply) => importNow(door, look, request, reply),
    })
  })
}

type Door = { site: Site; uploads: Uploads }

async function showForm(
  { site }: Door,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const typed = (name: string) => fieldOf(request.body, name) ?? ''
  const parts = importForm(look, await listTopics(site.house), typed)
  const heading = staffText('staff.import.heading')
  if (problem === null) return sendStaff(reply, look, heading, parts)
  const problems = {
    heading: staffText('staff.signIn.problem'),
    items: [{ label: staffQuote(problem.message), url: '#files' }],
  }
  return sendStaff(reply, look, heading, parts, { problems, status: statusOf(problem) })
}

/** Terms as they were sent, kept beside the files, so that the import is the one that was shown. */
async function preview(door: Door, look: StaffLook, request: FastifyRequest, reply: FastifyReply) {
  const upload = uploadOf(request) ?? new Problem('invalid-input', staffText('staff.import.noFile'))
  if (upload instanceof Problem) return showForm(door, look, request, reply, upload)
  try {
    const terms = await termsOf(upload, look, request.body)
    const summary = await importPeople(door.site.house, { ...terms, files: upload.files, dryRun: true })
    await keep(upload, 'terms', terms)
    await keep(upload, 'summary', summary)
    return await reply.redirect(`/admin/people/import/${upload.id}`, 303)
  } catch (error) {
    await door.uploads.remove(upload)
    if (!(error instanceof Problem) || statusOf(error) >= 500) throw error
    return showForm(door, look, request, reply, new Problem(error.code, withoutFolder(upload, error.message)))
  }
}

type Terms = Omit<ImportRequest, 'files' | 'dryRun' | 'progress'>

async function termsOf(upload: Upload, { staff }: StaffLook, body: unknown): Promise<Terms> {
  const field = (name: string) => fieldOf(body, name)?.trim() || undefined
  const words = field('words')
  const wording = join(upload.folder, 'wording.txt')
  if (words !== undefined) await writeFile(wording, words, { mode: 0o600 })
  return {
    format: field('format'),
    topic: field('topic'),
    topicsColumn: field('topicsColumn'),
    pace: field('pace'),
    confirmedFrom: field('confirmedFrom'),
    confirmedUntil: field('confirmedUntil'),
    unsubscribedMeans: field('unsubscribedMeans'),
    ...(words === undefined ? {} : { wording, attestedBy: staff.name || staff.address }),
  }
}

/** @throws Problem `not-found` for an upload that is not this session's, or is gone. */
async function uploadIn({ uploads }: Door, look: StaffLook, request: FastifyRequest): Promise<Upload> {
  const upload = await uploads.find(fieldOf(request.params, 'upload') ?? '', look.session.cookie.id)
  if (upload) return upload
  throw new Problem('not-found', staffText('staff.import.gone', { minutes: uploadMinutes }))
}

async function showSummary(door: Door, look: StaffLook, request: FastifyRequest, reply: FastifyReply) {
  const upload = await uploadIn(door, look, request)
  const kept = await readKept<ImportSummary>(upload, 'summary')
  if (kept === null) throw new Problem('not-found', staffText('staff.import.gone', { minutes: uploadMinutes }))
  const summary = { ...kept, errors: kept.errors.map((one) => ({ ...one, file: withoutFolder(upload, one.file) })) }
  const { usable, notAsked, changed, dryRun } = summary
  const values = { usable: staffNumber(usable), notAsked: staffNumber(notAsked), changed }
  if (!dryRun) {
    return sendStaff(
      reply,
      look,
      staffText('staff.import.done'),
      [
        ...summaryParts(summary),
        {
          kind: 'links',
          links: [
            { label: staffText('staff.people.heading'), url: '/admin/people' },
            { label: staffText('staff.import.another'), url: '/admin/people/import' },
          ],
        },
      ],
      { notice: { kind: 'status', lines: [staffText('staff.import.changed', values)] } },
    )
  }
  return sendStaff(reply, look, staffText('staff.import.preview.heading'), [
    { kind: 'text', lines: [staffText('staff.import.preview.lead', values)], look: 'lead' },
    { kind: 'text', lines: [staffText('staff.import.preview.nothing', values)] },
    ...summaryParts(summary),
    postForm(look, `/admin/people/import/${upload.id}`, [], staffText('staff.import.press', values)),
    { kind: 'links', links: [{ label: staffText('staff.import.otherFiles'), url: '/admin/people/import' }] },
  ])
}

/** Imports what was shown. Pressed twice it is done once: the files are gone after the first, and the same again would change nothing. */
async function importNow(door: Door, look: StaffLook, request: FastifyRequest, reply: FastifyReply) {
  const upload = await uploadIn(door, look, request)
  const terms = await readKept<Terms>(upload, 'terms')
  if (terms !== null) {
    await door.uploads.use(upload, async (files) =>
      keep(upload, 'summary', await importPeople(door.site.house, { ...terms, files })),
    )
    request.log.info({ staff: look.staff.id, upload: upload.id }, 'imported people')
  }
  return reply.redirect(`/admin/people/import/${upload.id}`, 303)
}

async function keep({ folder }: Upload, name: 'terms' | 'summary', value: unknown): Promise<void> {
  await writeFile(join(folder, `${name}.json`), JSON.stringify(value), { mode: 0o600 })
}

/** What was kept, by this file alone, in the shape it was kept in; null where there is none. */
async function readKept<Value>({ folder }: Upload, name: 'terms' | 'summary'): Promise<Value | null> {
  const text = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as Value)
}

/** Where files wait is nobody's business. */
function withoutFolder({ folder }: Upload, text: string): string {
  return ['files/', 'taken/', ''].reduce((left, part) => left.replaceAll(join(folder, part), ''), text)
}
