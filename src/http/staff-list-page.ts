import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addStaff, listStaff, removeStaff } from '../actions/staff.ts'
import { Problem } from '../domain/problem.ts'
import { staffList, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor, staffRoles } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { roleName } from './staff-frame.ts'
import { formProblem, lineField, postForm, selectField, showsAgain } from './staff-form.ts'

/** Who works here and what they may do; for admins alone. */
export function staffListPage(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin/settings/staff', {
    roles: rolesFor.settings,
    ...showsAgain(site, show, change),
  })
}

async function show(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const staff = await listStaff(site.house)
  const typed = (name: string) => (problem === null ? '' : (fieldOf(request.body, name) ?? ''))
  const roles = staffRoles.map((role) => ({ value: role, label: staffText(`staff.staff.role.${role}`) }))
  const others = staff.filter(({ id }) => id !== look.staff.id)
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.staff.lead')], look: 'lead' },
    {
      kind: 'table',
      caption: staffText('staff.staff.all'),
      columns: [
        { label: staffText('staff.people.address') },
        { label: staffText('staff.staff.name') },
        { label: staffText('staff.staff.role') },
      ],
      rows: staff.map(({ address, name, role }) => [
        { text: address },
        { text: name || '–' },
        { text: roleName(role) },
      ]),
      none: '',
    },
    { kind: 'heading', text: staffText('staff.staff.add'), id: 'add' },
    postForm(
      look,
      '/admin/settings/staff',
      [
        lineField('address', staffText('staff.people.address'), {
          type: 'email',
          autocomplete: 'off',
          value: typed('address'),
        }),
        lineField('name', staffText('staff.staff.name'), { value: typed('name') }),
        selectField('role', staffText('staff.staff.role'), roles, { value: typed('role') }),
      ],
      staffText('staff.staff.press'),
    ),
    ...removeParts(look, others),
    { kind: 'links', links: [{ label: staffText('staff.settings.heading'), url: '/admin/settings' }] },
  ]
  return sendStaff(reply, look, staffText('staff.staff.heading'), parts, formProblem(problem, '#address'))
}

function removeParts(look: StaffLook, others: Awaited<ReturnType<typeof listStaff>>): StaffPart[] {
  if (others.length === 0) return []
  const options = others.map(({ address, name }) => ({
    value: address,
    label: name === '' ? address : staffList([name, address]),
  }))
  return [
    { kind: 'heading', text: staffText('staff.staff.remove'), id: 'remove' },
    postForm(
      look,
      '/admin/settings/staff',
      [selectField('who', staffText('staff.staff.who'), options)],
      staffText('staff.staff.remove.press'),
      { look: 'stop', fields: [{ name: 'remove', value: 'yes' }] },
    ),
  ]
}

async function change(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const field = (name: string) => fieldOf(request.body, name)?.trim() ?? ''
  if (field('remove') === 'yes') await removeStaff(site.house, field('who'), look.staff.id)
  else {
    const name = field('name')
    const one = { role: field('role'), ...(name === '' ? {} : { name }) }
    await addStaff(site.house, field('address'), one, look.staff.id)
  }
  return reply.redirect('/admin/settings/staff', 303)
}
