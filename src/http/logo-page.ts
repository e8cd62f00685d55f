import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { publishWordings } from '../actions/publish-wordings.ts'
import { setBrand, showBrand } from '../actions/set-brand.ts'
import type { Brand } from '../domain/brand.ts'
import { picturePath, readLogo } from '../domain/picture.ts'
import { Problem } from '../domain/problem.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { renderWording } from '../render.ts'
import type { StaffPart } from '../staff-views.ts'
import { plainField } from './campaign-words.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { formProblem, postForm, selectField, showsAgain } from './staff-form.ts'
import { fileBytes, takeUploads } from './upload-form.ts'
import type { Uploads } from './uploads.ts'

export const logoUrl = '/admin/settings/logo'

const limits = { files: 1, mebibytes: 1, instead: 'A logo may have 64 kB' }

/** `/admin/settings/logo`: the picture at the head of the customers' pages, in the light and in the dark. */
export async function logoPage(server: FastifyInstance, site: Site, uploads: Uploads): Promise<void> {
  await server.register(async (desk) => {
    await takeUploads(desk, site, uploads, rolesFor.settings, limits)
    staffPage(desk, site, logoUrl, {
      roles: rolesFor.settings,
      ...showsAgain(site, show, (_site, look, request, reply) => save(site, look, request, reply, uploads)),
    })
  })
}

async function show(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const brand = await showBrand(site.house)
  const done = fieldOf(request.query, 'done') === 'saved'
  const modes = [
    { value: 'light', label: staffText('staff.logo.light') },
    { value: 'dark', label: staffText('staff.logo.dark') },
  ]
  const value = fieldOf(request.body, 'mode') ?? 'light'
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.logo.lead')], look: 'lead' },
    ...shown(brand),
    postForm(
      look,
      logoUrl,
      [
        plainField('file', staffText('staff.logo.file'), {
          type: 'file',
          accept: 'image/png,image/svg+xml',
          several: false,
          hint: staffText('staff.logo.fileHint'),
        }),
        selectField('mode', staffText('staff.logo.mode'), modes, { value }),
      ],
      staffText('staff.logo.save'),
    ),
    ...(brand.logo === null
      ? []
      : [
          postForm(look, logoUrl, [], staffText('staff.logo.takeAway'), {
            fields: [{ name: 'mode', value: 'none' }],
            look: 'stop',
          }),
        ]),
  ]
  return sendStaff(reply, look, staffText('staff.logo.heading'), parts, {
    ...formProblem(problem, '#file'),
    notice: done ? { kind: 'status', lines: [staffText('staff.settings.saved')] } : null,
  })
}

function shown({ logo, logoDark, name }: Brand): StaffPart[] {
  if (logo === null) return [{ kind: 'text', lines: [staffText('staff.logo.none', { name })] }]
  return [logo, ...(logoDark === null ? [] : [logoDark])].map((picture) => ({
    kind: 'picture',
    url: picturePath(picture),
    alt: staffText(picture === logo ? 'staff.logo.light' : 'staff.logo.dark'),
    width: picture.width,
    height: picture.height,
  }))
}

/** Nothing is changed unless the whole picture was read. */
async function save(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  uploads: Uploads,
): Promise<FastifyReply> {
  const bytes = await fileBytes(request, uploads)
  await setBrand(site.house, logosIn(fieldOf(request.body, 'mode'), bytes))
  await publishWordings(site.house, renderWording)
  return reply.redirect(`${logoUrl}?done=saved`, 303)
}

function logosIn(mode: string | undefined, bytes: Buffer | null) {
  if (mode === 'none') return { logo: null }
  if (mode !== 'light' && mode !== 'dark') {
    throw new Problem('invalid-input', `a logo is for light or dark pages, or none (given: "${mode ?? ''}")`)
  }
  if (bytes === null) throw new Problem('invalid-input', staffText('staff.campaigns.picture.noFile'))
  const picture = readLogo('the logo', bytes)
  return mode === 'light' ? { logo: picture } : { logoDark: picture }
}
