import type { App } from './app.ts'
import { look } from './audited.ts'
import { signedIn } from './staff.ts'
import type { State } from './states.ts'

/** The pages of the auditor's desk, of an app in which Ada lived some weeks. */
export async function deskStates(app: App): Promise<State[]> {
  const auditor = await signedIn(app, 'auditor', { name: 'Ines' })
  const people = await app.house.database.sql<{ person: string }[]>`
    select person from addresses where canonical in ('ada@example.com', 'everything@example.com') order by canonical`
  const [her, another] = people.map((each) => `/audit/person/${each.person}`)
  if (her === undefined || another === undefined) throw new Error('the people of these pages are not there')
  await look(auditor, her, 'complaint 118')
  await auditor.visit.open('/audit/export')
  await auditor.visit.press('Make the export')
  const made = auditor.visit.url
  const cookie = `${auditor.cookie.name}=${auditor.cookie.value}`
  const staff = { path: '/staff', name: 'staff' }
  const desk = [
    { name: 'audit', path: '/audit' },
    { name: 'audit-person', path: her },
    { name: 'audit-person-closed', path: another },
    { name: 'audit-entries', path: '/audit/entries' },
    { name: 'audit-entry', path: '/audit/entry/20' },
    { name: 'audit-wordings', path: '/audit/wordings' },
    { name: 'audit-wording', path: `/audit/wording/${app.wording}` },
    { name: 'audit-checkpoints', path: '/audit/checkpoints' },
    { name: 'audit-sends', path: '/audit/sends' },
    { name: 'audit-campaign', path: '/audit/campaign/darn' },
    { name: 'audit-export', path: '/audit/export' },
    { name: 'audit-export-made', path: made },
  ]
  return [
    { name: 'staff-sign-in', path: '/staff/sign-in' },
    { name: 'verify', path: '/verify' },
    ...[staff, ...desk].map((state) => ({ ...state, cookie })),
  ]
}
