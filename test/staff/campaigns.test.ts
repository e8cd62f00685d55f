import t from 'tap'
import { startCampaign } from '../../src/actions/send-campaign.ts'
import { openApp, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { signedIn } from '../support/staff.ts'

t.test('walk', async (t) => {
  const app = await openApp(t)
  await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const { visit } = await signedIn(app, 'marketer')
  await visit.open('/admin/campaigns')
  await visit.follow('Write a campaign')
  visit.tick('topic', 'repairs', true)
  visit.type('subject', 'Five ways to darn')
  visit.type('inShort', 'Five ways.')
  visit.write('body', '# Five ways\n\nHello {{name|there}}, [click here](https://fern.example)')
  await visit.press('Save and see it')
  t.equal(visit.status, 200)
  t.same(visit.page.faults, [])
  console.log(visit.page.text)
  await visit.follow('Check who would get it')
  t.same(visit.page.faults, [])
  console.log(visit.page.text)
  await visit.follow('Continue to send')
  t.same(visit.page.faults, [])
  visit.write('confirm', '1')
  await visit.press('Send')
  t.same(visit.page.faults, [])
  console.log(visit.status, visit.url, visit.page.text)
  await visit.press('Don’t send')
  console.log(visit.status, visit.url, visit.page.text)
})
