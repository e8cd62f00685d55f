import t from 'tap'
import { signGrown } from '../../src/actions/sign-checkpoint.ts'
import { openApp } from '../support/app.ts'
import { liveSomeWeeks } from '../support/life.ts'
import { takingCourier } from '../support/sending.ts'
import { signedIn } from '../support/staff.ts'

t.test('smoke', async (t) => {
  let now = new Date().toISOString()
  const app = await openApp(t, { now: () => new Date(now) }, { courier: takingCourier().courier })
  const life = await liveSomeWeeks(app)
  now = life.now
  await signGrown(app.house)
  const { visit } = await signedIn(app, 'auditor')
  await visit.open('/audit')
  t.strictSame(visit.page.faults, [])
  visit.write('q', 'ada@example.com')
  visit.write('reason', 'complaint 118')
  await visit.press('Search')
  t.equal(visit.status, 200)
  console.log(visit.url, visit.page.text)
  for (const url of [
    '/audit/entries',
    '/audit/entry/5',
    '/audit/entry/20',
    '/audit/wordings',
    `/audit/wording/${app.wording}`,
    '/audit/checkpoints',
  ]) {
    await visit.open(url)
    t.equal(visit.status, 200)
    t.strictSame(visit.page.faults, [])
    console.log(visit.url, visit.page.text)
  }
})
