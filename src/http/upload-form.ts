import { readFile } from 'node:fs/promises'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../domain/problem.ts'
import type { StaffRole } from '../domain/staff-role.ts'
import { isStaffSeal } from '../domain/staff-session.ts'
import type { Site } from './site.ts'
import { staffLook } from './staff-door.ts'
import type { Upload, Uploads } from './uploads.ts'

/** What a page takes: so many files, each of so many MiB, and what to do with a larger one. */
export type UploadLimits = { files: number; mebibytes: number; instead: string }

/** What a form with files may hold besides them. */
const limits = { fields: 60, fieldSize: 200_000, fieldNameSize: 100, headerPairs: 20 }

/** What came of reading a form with files, until its handler asks. */
const read = new WeakMap<FastifyRequest, Upload | Problem>()

/**
 * Lets the pages of `server` take forms with files. Nothing of a form is read before it is known that its sender may press here,
 * and no file is kept before the seal of the session, which stands first in each form; the rest is up to the page.
 */
export async function takeUploads(
  server: FastifyInstance,
  site: Site,
  uploads: Uploads,
  roles: readonly StaffRole[],
  most: UploadLimits,
): Promise<void> {
  const { files, mebibytes } = most
  await server.register(multipart, { limits: { ...limits, files, fileSize: mebibytes * 1024 * 1024 } })
  server.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
    if (!request.isMultipart()) return
    const look = await staffLook(site, request)
    // Whoever may not is answered by the page itself; what they send is not read to its end.
    if (!look || !roles.includes(look.staff.role)) {
      reply.header('connection', 'close')
      return
    }
    const session = look.session.cookie.id
    const isSealed = (seal: string) => isStaffSeal(site.house.keys.sessions, session, seal)
    request.body = await readParts(request, most, { uploads, session, isSealed })
  })
}

/** The bytes of the one file that a form came with, which is deleted; null where there was none. @throws Problem where it could not be read. */
export async function fileBytes(request: FastifyRequest, uploads: Uploads): Promise<Buffer | null> {
  const upload = uploadOf(request)
  if (upload === null) return null
  if (upload instanceof Problem) throw upload
  try {
    return await readFile(upload.files[0] ?? '')
  } finally {
    await uploads.remove(upload)
  }
}

/** The files that came with a form, or why it could not be read; null where there was none. */
export function uploadOf(request: FastifyRequest): Upload | Problem | null {
  return read.get(request) ?? null
}

async function readParts(
  request: FastifyRequest,
  most: UploadLimits,
  { uploads, session, isSealed }: { uploads: Uploads; session: string; isSealed: (seal: string) => boolean },
): Promise<Record<string, string>> {
  const fields: Record<string, string> = {}
  let upload: Upload | null = null
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        if (part.valueTruncated || part.fieldnameTruncated) throw unreadable(most)
        if (typeof part.value === 'string') fields[part.fieldname] = part.value
      } else if (part.filename === '' || !isSealed(fields['seal'] ?? '')) part.file.resume()
      else {
        upload ??= await uploads.begin(session)
        if (!(await uploads.add(upload, part.filename, part.file))) {
          part.file.resume()
          throw new Problem('invalid-input', 'two of the files have the same name; nothing was kept')
        }
        if (part.file.truncated) throw tooLarge(most)
      }
    }
  } catch (error) {
    if (upload) await uploads.remove(upload)
    upload = null
    read.set(request, problemIn(error, most))
  }
  if (upload) read.set(request, upload)
  return fields
}

/** What is wrong with a form, said by the page it is for; a fault of our own disk is none of the form's. */
function problemIn(error: unknown, most: UploadLimits): Problem {
  if (error instanceof Problem) return error
  const { code, syscall } = Object(error) as { code?: unknown; syscall?: unknown }
  if (syscall !== undefined) throw error
  return code === 'FST_REQ_FILE_TOO_LARGE' ? tooLarge(most) : unreadable(most)
}

function tooLarge({ mebibytes, instead }: UploadLimits): Problem {
  return new Problem('invalid-input', `a file may have ${mebibytes} MiB; nothing was kept. ${instead}`)
}

function unreadable({ files }: UploadLimits): Problem {
  const most = files === 1 ? 'one file' : `up to ${files} files`
  return new Problem('invalid-input', `the form cannot be read: it takes ${most}; nothing was kept`)
}
