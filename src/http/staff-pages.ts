import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { endStaffSession } from '../actions/staff-session.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import { staffLimits } from '../domain/staff-session.ts'
import { fieldOf, type Site } from './site.ts'
import { staffCookie } from './staff-cookie.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { desksOf, roleName } from './staff-frame.ts'
import { speakToStaff } from './staff-language.ts'

/** Where everybody who works here begins, and how they leave; and the language in which all of their pages speak. */
export function staffPages(server: FastifyInstance, site: Site): void {
  speakToStaff(server, site)
  staffPage(server, site, '/staff', { roles: rolesFor.everyone, get: (look, _request, reply) => start(look, reply) })
  staffPage(server, site, '/staff/sign-out', {
    roles: rolesFor.everyone,
    get: (_look, _request, reply) => reply.redirect('/staff', 303),
    post: (look, request, reply) => signOut(site, look, request, reply),
  })
}

function start(look: StaffLook, reply: FastifyReply): FastifyReply {
  const { address, role } = look.staff
  return sendStaff(reply, look, staffText('staff.start.heading'), [
    { kind: 'text', lines: [staffText('staff.start.lead', { address, role: roleName(role) })], look: 'lead' },
    { kind: 'text', lines: [staffText(`staff.start.${role}`)] },
    { kind: 'links', links: desksOf(role).filter(({ url }) => url !== '/staff') },
    {
      kind: 'text',
      look: 'muted',
      lines: [
        staffText('staff.start.limits', { idle: staffLimits.idleMinutes, hours: staffLimits.hours }),
        staffText('staff.start.everywhere'),
      ],
    },
    {
      kind: 'presses',
      buttons: [
        {
          action: '/staff/sign-out',
          label: staffText('staff.signOutEverywhere'),
          look: 'stop',
          fields: [
            { name: 'seal', value: look.seal },
            { name: 'everywhere', value: 'yes' },
          ],
        },
      ],
    },
  ])
}

async function signOut(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const everywhere = fieldOf(request.body, 'everywhere') === 'yes'
  await endStaffSession(site.house, look.session, everywhere)
  const end = everywhere ? 'everywhere' : 'here'
  return reply.header('set-cookie', staffCookie(site, null)).redirect(`/staff/sign-in?ended=${end}`, 303)
}
