import type { FastifyInstance } from 'fastify'
import { readDesk, type Desk, type FirstSteps } from '../actions/read-desk.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import type { Site } from './site.ts'
import { sendStaff, staffPage } from './staff-door.ts'

/** `/admin`: four steps while something is missing before the first campaign, and nothing else; then what runs now. */
export function deskPage(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/admin', {
    roles: rolesFor.campaigns,
    get: async (look, _request, reply) => {
      const desk = await readDesk(site.house)
      const isReady = Object.values(desk.steps).every(Boolean)
      const heading = staffText(isReady ? 'staff.desk.heading' : 'staff.first.heading')
      const { role } = look.staff
      return sendStaff(reply, look, heading, isReady ? runningParts(desk) : stepsParts(desk.steps, role === 'admin'))
    },
  })
}

const steps: readonly { step: keyof FirstSteps; url: string }[] = [
  { step: 'brand', url: '/admin/settings' },
  { step: 'topic', url: '/admin/topics' },
  { step: 'signUp', url: '/start' },
  { step: 'test', url: '/admin/campaigns' },
]

function stepsParts(done: FirstSteps, isAdmin: boolean): StaffPart[] {
  return [
    { kind: 'text', lines: [staffText('staff.first.lead')], look: 'lead' },
    {
      kind: 'steps',
      items: steps.map(({ step, url }) => ({
        label: staffText(`staff.first.${step}`),
        note: staffText(`staff.first.${step}.note`),
        url: step === 'brand' && !isAdmin ? null : url,
        state: staffText(done[step] ? 'staff.first.done' : 'staff.first.open'),
        done: done[step],
      })),
    },
  ]
}

function runningParts({ running, drafts, heard }: Desk): StaffPart[] {
  return [
    { kind: 'text', lines: [staffText('staff.desk.lead', { count: running.length, drafts })], look: 'lead' },
    {
      kind: 'table',
      caption: staffText('staff.desk.running'),
      columns: [
        { label: staffText('staff.desk.campaign') },
        { label: staffText('staff.person.topic') },
        { label: staffText('staff.inbox.state') },
      ],
      rows: running.map(({ slug, subject, topic, state }) => [
        { text: subject, url: `/admin/campaigns/${slug}` },
        { text: topic },
        { text: staffText(`staff.desk.state.${state}`) },
      ]),
      none: staffText('staff.desk.nothing'),
    },
    { kind: 'text', lines: [staffText('staff.desk.heard', heard)] },
    {
      kind: 'links',
      links: [
        { label: staffText('staff.desk.campaigns'), url: '/admin/campaigns' },
        { label: staffText('staff.inbox.heading'), url: '/admin/conversation' },
        { label: staffText('staff.people.heading'), url: '/admin/people' },
      ],
    },
  ]
}
