import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addPicture } from '../actions/add-picture.ts'
import { mailPictureMebibytes, picturePath, type Picture } from '../domain/picture.ts'
import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { given, plainField } from './campaign-words.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { fileBytes, takeUploads } from './upload-form.ts'
import type { Uploads } from './uploads.ts'

export const picturesUrl = '/admin/pictures'

const limits = { files: 1, mebibytes: mailPictureMebibytes, instead: 'Make it smaller' }

/** Where pictures are added. A file waits no longer than it takes to read it. */
export async function campaignPictures(server: FastifyInstance, site: Site, uploads: Uploads): Promise<void> {
  await server.register(async (desk) => {
    await takeUploads(desk, site, uploads, rolesFor.campaigns, limits)
    staffPage(desk, site, picturesUrl, {
      roles: rolesFor.campaigns,
      get: (look, _request, reply) => show(look, reply, '', {}),
      post: (look, request, reply) => add(site, look, request, reply, uploads),
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
          accept: 'image/png,image/jpeg',
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

async function add(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  uploads: Uploads,
): Promise<FastifyReply> {
  const typed = given(request, 'alt')
  try {
    const file = await fileBytes(request, uploads)
    if (file === null) return show(look, reply, typed, { file: staffText('staff.campaigns.picture.noFile') })
    if (typed === '') return show(look, reply, typed, { alt: staffText('staff.campaigns.picture.noAlt') })
    const alt = plainLine('what it shows', typed, 200).replaceAll(/[[\]\\"<>]/g, '')
    return show(look, reply, '', {}, addedParts(await addPicture(site.house, file), alt))
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid-input') throw error
    return show(look, reply, typed, { file: error.message })
  }
}

/** The picture as it lies here, and how it is written into a message of either kind. */
function addedParts(picture: Picture, alt: string): StaffPart[] {
  const url = picturePath(picture)
  const { width, height } = picture
  const design = `<img src="${url}" alt="${alt}" width="${width}" height="${height}">`
  return [
    { kind: 'picture', url, alt, width, height },
    { kind: 'text', lines: [staffText('staff.campaigns.picture.added')] },
    { kind: 'pre', label: staffText('staff.campaigns.picture.inMarkdown'), text: `![${alt}](${url})`, look: 'code' },
    { kind: 'pre', label: staffText('staff.campaigns.picture.inDesign'), text: design, look: 'code' },
  ]
}
