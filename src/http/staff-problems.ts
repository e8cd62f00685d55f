import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Brand } from '../domain/brand.ts'
import { Problem } from '../domain/problem.ts'
import { staffQuote, staffText, type StaffTextKey } from '../domain/staff-catalogue.ts'
import type { Staff } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { faultOf } from './access-log.ts'
import { statusOf } from './problem-pages.ts'
import { sendPage } from './site.ts'
import { roleName, staffFrame, staffPageModel } from './staff-frame.ts'

type Who = { staff: Staff; seal: string }

function backToStart(): StaffPart {
  return { kind: 'links', links: [{ label: staffText('staff.problem.back'), url: '/staff' }] }
}

/** The role does not let them in here. */
export function refusedPage(brand: Brand, who: Who, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const role = roleName(who.staff.role)
  const lines = [staffText('staff.refused.lead', { role }), staffText('staff.refused.kept')]
  return told(brand, who, request.url, reply, 403, staffText('staff.refused.heading'), lines)
}

/** A press that came from nowhere or from another site. */
export function elsewherePage(brand: Brand, who: Who, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return told(brand, who, request.url, reply, 403, staffText('staff.elsewhere.heading'), [
    staffText('staff.elsewhere.lead'),
  ])
}

/** A press after the session was over. */
export function closedPage(brand: Brand, signIn: string, reply: FastifyReply): FastifyReply {
  const heading = staffText('staff.closed.heading')
  const frame = staffFrame(brand, null, { heading, url: signIn })
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.closed.lead')] },
    { kind: 'links', links: [{ label: staffText('staff.closed.again'), url: signIn }] },
  ]
  return sendPage(reply, 'staff/page', staffPageModel(frame, heading, parts), 403)
}

/** What failed, in the words of the Problem where it is one: they are for staff, and hold nothing that is inside. */
export function problemPage(
  { brand, ...who }: Who & { brand: Brand },
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = statusOf(error)
  if (status >= 500) request.log.error(faultOf(error, request), 'failed')
  const lines = [
    ...(error instanceof Problem ? [staffQuote(error.message)] : []),
    ...(status >= 500 ? [staffText('staff.problem.reference', { reference: request.id })] : []),
  ]
  return told(brand, who, request.url, reply, status, staffText(headings[status] ?? 'staff.problem.400'), lines)
}

const headings: Partial<Record<number, StaffTextKey>> = {
  404: 'staff.problem.404',
  409: 'staff.problem.409',
  410: 'staff.problem.410',
  429: 'staff.problem.429',
  500: 'staff.problem.500',
  503: 'staff.problem.503',
}

function told(
  brand: Brand,
  who: Who,
  url: string,
  reply: FastifyReply,
  status: number,
  heading: string,
  lines: string[],
): FastifyReply {
  const frame = staffFrame(brand, who, { heading, url })
  return sendPage(reply, 'staff/page', staffPageModel(frame, heading, [{ kind: 'text', lines }, backToStart()]), status)
}
