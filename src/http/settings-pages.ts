import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { brandReaders } from '../actions/brand-values.ts'
import { examineSenders, type SenderFindings, type SenderSetup } from '../actions/doctor.ts'
import { publishWordings } from '../actions/publish-wordings.ts'
import { setBrand, showBrand, type BrandValues } from '../actions/set-brand.ts'
import type { Brand, Slot } from '../domain/brand.ts'
import { contrastOf, shadesOf } from '../domain/contrast.ts'
import { Problem } from '../domain/problem.ts'
import { serviceKinds, serviceRegister } from '../domain/service-register.ts'
import { text } from '../domain/catalogue.ts'
import { staffLanguage, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { renderWording } from '../render.ts'
import type { StaffPart } from '../staff-views.ts'
import { logoUrl } from './logo-page.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { formProblem, lineField, postForm, showsAgain } from './staff-form.ts'

/** `/admin/settings`: the rules that hold for everybody. @param senders how mail is signed; null where nobody can look it up. */
export function settingsPages(server: FastifyInstance, site: Site, senders: SenderSetup | null): void {
  staffPage(server, site, '/admin/settings', {
    roles: rolesFor.settings,
    ...showsAgain(site, show, save),
  })
  staffPage(server, site, '/admin/settings/senders', {
    roles: rolesFor.settings,
    get: async (look, _request, reply) => {
      const found = senders === null ? [] : await examineSenders(site.house, senders)
      return sendStaff(reply, look, staffText('staff.senders.heading'), senderParts(found))
    },
  })
  staffPage(server, site, '/admin/settings/service-mail', {
    roles: rolesFor.settings,
    get: (look, _request, reply) => sendStaff(reply, look, staffText('staff.service.heading'), serviceParts()),
  })
}

type Value = keyof typeof brandReaders
const values = Object.keys(brandReaders) as Value[]

const weekdays = ['', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Each value as somebody would write it; what is none is written as the form says. */
function written(brand: Brand): Record<Value, string> {
  return {
    name: brand.name,
    languages: brand.languages.join(','),
    postalAddress: brand.postalAddress ?? '',
    replyTo: brand.replyTo ?? '',
    privacyUrl: brand.privacyUrl ?? '',
    colour: brand.colour,
    timeZone: brand.timeZone,
    quiet: brand.quiet === null ? 'none' : `${brand.quiet.from}-${brand.quiet.to}`,
    weeklySlot: slotText(brand.weeklySlot),
    monthlySlot: slotText(brand.monthlySlot),
    attestedDays: brand.attestedDays?.toString() ?? 'never',
    seenDays: brand.seenDays?.toString() ?? 'never',
    destinationConnections: brand.destinationConnections?.toString() ?? 'none',
    destinationRate: brand.destinationRate?.toString() ?? 'none',
    ramp: brand.ramp?.first.toString() ?? 'none',
    promises: brand.promises ? 'on' : 'off',
  }
}

function slotText({ weekday, time }: Slot): string {
  return `${weekdays[weekday]} ${time}`
}

async function show(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const brand = await showBrand(site.house)
  const stored = written(brand)
  const fields = values.map((name) =>
    lineField(name, staffText(`staff.brand.${name}`), {
      hint: staffText(`staff.brand.${name}.hint`),
      value: fieldOf(request.body, name) ?? stored[name],
    }),
  )
  const before = /^#[\da-f]{6}$/i.exec(`#${fieldOf(request.query, 'before') ?? ''}`)?.[0] ?? null
  const isSaved = fieldOf(request.query, 'done') === 'saved'
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.settings.lead')], look: 'lead' },
    {
      kind: 'links',
      links: [
        { label: staffText('staff.logo.heading'), url: logoUrl },
        { label: staffText('staff.senders.heading'), url: '/admin/settings/senders' },
        { label: staffText('staff.service.heading'), url: '/admin/settings/service-mail' },
        { label: staffText('staff.staff.heading'), url: '/admin/settings/staff' },
      ],
    },
    ...contrastParts(brand.colour, before),
    postForm(look, '/admin/settings', fields, staffText('staff.settings.save')),
  ]
  return sendStaff(reply, look, staffText('staff.settings.heading'), parts, {
    ...formProblem(problem, '#name'),
    notice: isSaved ? { kind: 'status', lines: [staffText('staff.settings.saved')] } : null,
  })
}

/** How well the colour can be read on light and dark pages, as it is and as it was before. */
function contrastParts(colour: string, before: string | null): StaffPart[] {
  const rows = [colour, ...(before === null || before === colour ? [] : [before])].flatMap((each, index) => {
    const shades = shadesOf(each)
    const label = staffText(index === 0 ? 'staff.contrast.now' : 'staff.contrast.before')
    return (['light', 'dark'] as const).map((mode) => {
      const { brand, onBrand } = shades[mode]
      const ratio = contrastOf(brand, onBrand).toFixed(1)
      return [
        { text: label },
        { text: each, look: 'code' as const },
        { text: staffText(`staff.contrast.${mode}`) },
        { text: brand, look: 'code' as const },
        { text: staffText('staff.contrast.ratio', { ratio }), look: 'number' as const },
      ]
    })
  })
  const columns = [
    { label: staffText('staff.contrast.which') },
    { label: staffText('staff.brand.colour') },
    { label: staffText('staff.contrast.page') },
    { label: staffText('staff.contrast.used') },
    { label: staffText('staff.contrast.contrast'), look: 'number' as const },
  ]
  return [{ kind: 'table', caption: staffText('staff.contrast.caption'), columns, rows, none: '' }]
}

/** Saves what differs from what is stored: nobody changes a value by leaving it as it stands. */
async function save(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const brand = await showBrand(site.house)
  const stored = written(brand)
  const changed: BrandValues = {}
  for (const name of values) {
    const given = fieldOf(request.body, name)?.trim()
    if (given !== undefined && given !== stored[name]) Object.assign(changed, brandReaders[name](given))
  }
  if (Object.keys(changed).length > 0) {
    await setBrand(site.house, changed)
    await publishWordings(site.house, renderWording)
  }
  const before = changed.colour === undefined ? '' : `&before=${brand.colour.slice(1)}`
  return reply.redirect(`/admin/settings?done=saved${before}`, 303)
}

function backToSettings(): StaffPart {
  return {
    kind: 'links',
    links: [{ label: staffText('staff.settings.heading'), url: '/admin/settings' }],
  }
}

function senderParts(found: readonly SenderFindings[]): StaffPart[] {
  const lead: StaffPart = { kind: 'text', lines: [staffText('staff.senders.lead')], look: 'lead' }
  const none: StaffPart[] = found.length > 0 ? [] : [{ kind: 'text', lines: [staffText('staff.senders.none')] }]
  const each = found.flatMap(({ domain, findings }): StaffPart[] => [
    { kind: 'heading', text: domain },
    {
      kind: 'verdicts',
      items: findings.map(({ about, look, says }) => ({
        text: `${staffText(`staff.doctor.about.${about}`)}: ${staffText(`staff.doctor.${says}`)}`,
        look,
      })),
    },
  ])
  return [lead, ...none, ...each, backToSettings()]
}

function serviceParts(): StaffPart[] {
  return [
    { kind: 'text', lines: [staffText('staff.service.lead')], look: 'lead' },
    {
      kind: 'facts',
      facts: serviceKinds.map((kind) => ({
        name: text(staffLanguage(), `about.service.${kind}.name`),
        values: [
          { text: text(staffLanguage(), `about.service.${kind}.why`) },
          { text: text(staffLanguage(), `privacy.ground.${serviceRegister[kind]}`), look: 'muted' },
        ],
      })),
    },
    backToSettings(),
  ]
}
