import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addPicture } from '../actions/add-picture.ts'
import { readMultipart } from '../domain/multipart.ts'
import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { given, plainField } from './campaign-words.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

export const picturesUrl = '/admin/pictures'

/** A file of 64 kB, and what a form puts around it. */
const bodyLimit = 80_000

/** Where pictures are added. Only this page reads a form with files in it. */
export async function campaignPictures(server: FastifyInstance, site: Site): Promise<void> {
  await server.register(async (scope) => {
    scope.addContentTypeParser('multipart/form-data', { parseAs: 'buffer', bodyLimit }, (request, body, done) => {
      const form = readMultipart(request.headers['content-type'] ?? '', body as Buffer)
      if (form === null) done(Object.assign(new Error('this is no such form'), { statusCode: 400 }))
      else done(null, form)
    })
    staffPage(scope, site, picturesUrl, {
      roles: rolesFor.campaigns,
      bodyLimit,
      get: (look, _request, reply) => show(look, reply, '', {}),
      post: (look, request, reply) => add(site, look, request, reply),
    })
  })
}

function show(
  look: StaffLook,
  reply: FastifyReply,
  alt: string,
  faults: { file?: string; alt?: string },
  added: StaffPart[] = [],
): FastifyReply {
  const items = Object.entries(faults).map(([name, label]) => ({ label, url: `#${name}` }))
  const problems = { heading: staffText('staff.campaigns.compose.problem'), items }
  const form: StaffPart = {
    kind: 'form',
    form: {
      method: 'post',
      action: picturesUrl,
      fields: [{ name: 'seal', value: look.seal }],
      inputs: [
        plainField('file', staffText('staff.campaigns.picture.file'), {
          type: 'file',
          accept: 'image/png',
          several: false,
          error: faults.file ?? '',
        }),
        plainField('alt', staffText('staff.campaigns.picture.alt'), {
          hint: staffText('staff.campaigns.picture.altHint'),
          value: alt,
          error: faults.alt ?? '',
        }),
      ],
      button: staffText('staff.campaigns.picture.button'),
      look: 'primary',
    },
  }
  const lead: StaffPart = { kind: 'text', lines: [staffText('staff.campaigns.picture.lead')], look: 'lead' }
  const parts = [lead, ...added, form]
  const more = items.length === 0 ? {} : { problems, status: 422 }
  return sendStaff(reply, look, staffText('staff.campaigns.picture.heading'), parts, more)
}

async function add(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { file } = request.body as { file?: unknown }
  const typed = given(request, 'alt')
  if (typed === '') return show(look, reply, typed, { alt: staffText('staff.campaigns.picture.noAlt') })
  try {
    const alt = plainLine('what it shows', typed, 200).replaceAll(/[[\]\\]/g, '')
    const url = await addPicture(site.house, Buffer.isBuffer(file) ? file : Buffer.alloc(0))
    const label = staffText('staff.campaigns.picture.added')
    return show(look, reply, '', {}, [
      { kind: 'picture', url, alt },
      { kind: 'text', lines: [label] },
      { kind: 'pre', label, text: `![${alt}](${url})`, look: 'code' },
    ])
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-input') throw error
    return show(look, reply, typed, { file: error.message })
  }
}
