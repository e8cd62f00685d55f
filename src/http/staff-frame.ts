import type { Brand } from '../domain/brand.ts'
import { staffText, staffWriting, type StaffTextKey } from '../domain/staff-catalogue.ts'
import { rolesFor, type Staff, type StaffRole } from '../domain/staff-role.ts'
import type { StaffFrame, StaffPage } from '../staff-views.ts'
import { staffStyles } from './assets.ts'
import { otherLanguages } from './staff-language.ts'

/** Whom a page is for: with the seal of their session's forms. */
type Who = { staff: Staff; seal: string }

/** The parts of the staff's pages, each for whom it is. */
const desks: readonly { key: StaffTextKey; url: string; roles: readonly StaffRole[] }[] = [
  { key: 'staff.nav.start', url: '/staff', roles: rolesFor.everyone },
  { key: 'staff.nav.today', url: '/admin', roles: rolesFor.campaigns },
  { key: 'staff.nav.campaigns', url: '/admin/campaigns', roles: rolesFor.campaigns },
  { key: 'staff.nav.people', url: '/admin/people', roles: rolesFor.campaigns },
  { key: 'staff.nav.conversation', url: '/admin/conversation', roles: rolesFor.campaigns },
  { key: 'staff.nav.insights', url: '/admin/insights', roles: rolesFor.campaigns },
  { key: 'staff.nav.topics', url: '/admin/topics', roles: rolesFor.campaigns },
  { key: 'staff.nav.settings', url: '/admin/settings', roles: rolesFor.settings },
  { key: 'staff.nav.audit', url: '/audit', roles: rolesFor.audit },
]

/** The pages of the audit desk. The first is the desk's own address. */
const auditPages = [
  { key: 'staff.audit.nav.search', url: '/audit' },
  { key: 'staff.audit.nav.entries', url: '/audit/entries' },
  { key: 'staff.audit.nav.wordings', url: '/audit/wordings' },
  { key: 'staff.audit.nav.checkpoints', url: '/audit/checkpoints' },
  { key: 'staff.audit.nav.sends', url: '/audit/sends' },
  { key: 'staff.audit.nav.export', url: '/audit/export' },
] as const

/** The desks of a role. */
export function desksOf(role: StaffRole): { label: string; url: string }[] {
  return desks.filter(({ roles }) => roles.includes(role)).map(({ key, url }) => ({ label: staffText(key), url }))
}

/** What stands around a page at `url`, and with its query at `address`; `who` is null while nobody is signed in. */
export function staffFrame(
  brand: Brand,
  who: Who | null,
  {
    heading,
    url,
    address = url,
    error = false,
    charts = false,
  }: { heading: string; url: string; address?: string; error?: boolean; charts?: boolean },
): StaffFrame {
  // Every desk of theirs lies under /admin.
  const current = (desk: string) => url === desk || (desk !== '/admin' && url.startsWith(`${desk}/`))
  return {
    ...staffWriting(),
    title: staffText(error ? 'staff.errorTitle' : 'staff.title', { heading, brand: brand.name }),
    skip: staffText('staff.skip'),
    brand: brand.name,
    languages: otherLanguages(address),
    styles: staffStyles(charts),
    navLabel: staffText('staff.nav'),
    nav: who ? desksOf(who.staff.role).map((desk) => ({ ...desk, current: current(desk.url) })) : [],
    within: who && rolesFor.audit.some((role) => role === who.staff.role) && current('/audit') ? auditNav(url) : null,
    who: who && {
      label: staffText('staff.who', { name: who.staff.name || who.staff.address, role: roleName(who.staff.role) }),
      signOut: {
        action: '/staff/sign-out',
        label: staffText('staff.signOut'),
        look: 'plain',
        fields: [{ name: 'seal', value: who.seal }],
      },
    },
  }
}

function auditNav(url: string): StaffFrame['within'] {
  const links = auditPages.map(({ key, url: to }) => ({ label: staffText(key), url: to, current: url === to }))
  return { label: staffText('staff.nav.within'), links }
}

/** A page; what is left out is not on it. */
export function staffPageModel(
  frame: StaffFrame,
  heading: string,
  parts: StaffPage['parts'],
  { notice = null, problems = null }: Partial<Pick<StaffPage, 'notice' | 'problems'>> = {},
): StaffPage {
  return { frame, heading, notice, problems, parts }
}

/** A role as a page says it. */
export function roleName(role: StaffRole): string {
  return staffText(`staff.role.${role}`)
}
