import t from 'tap'
import { listTopics } from '../../src/actions/add-topic.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import { currentWordings } from '../../src/store/wordings.ts'
import { choicesOf, openApp } from '../support/app.ts'
import { addPerson, castWording, yesTo } from '../support/cast.ts'
import { signedIn } from '../support/staff.ts'

t.test(
  'a topic is added and its words change in the browser, and whoever said yes stays on the words they saw',
  async (t) => {
    const app = await openApp(t)
    await setBrand(app.house, { languages: ['en', 'de'] })
    const { visit } = await signedIn(app, 'marketer')
    const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
    const before = await currentWordings(app.house.database.sql, 'preferences')
    await visit.open('/admin/topics')
    t.strictSame(visit.page.faults, [])
    t.match(visit.page.text, /Repairs.*How to mend what you have\..*nothing sent yet/)
    for (const [name, words] of Object.entries({
      slug: 'sales',
      name: 'Sales',
      promise: 'When it costs less.',
      expect: '2',
    }))
      visit.write(name, words, 'Add it')
    await visit.press('Add it')
    t.match(visit.page.text, 'ticked for nobody')
    t.match(visit.page.text, '2 a month, as expected')
    await visit.follow('Sales')
    for (const [name, words] of Object.entries({
      name: 'Offers',
      promise: 'When it costs less.',
      'name-de': 'Angebote',
    }))
      visit.write(name, words, 'Save the words')
    await visit.press('Save the words')
    t.equal(visit.status, 422)
    t.match(visit.page.text, '“promise” must have 1 to 160 characters', 'an option of the command line is a field here')
    t.notOk(
      (await listTopics(app.house)).some(({ name }) => name === 'Offers'),
      'and nothing of it was saved',
    )
    visit.write('promise-de', 'Wenn etwas weniger kostet.', 'Save the words')
    await visit.press('Save the words')
    t.match(visit.page.text, 'Saved. 1 person stays on the words they saw.')
    const sales = (await listTopics(app.house)).find(({ slug }) => slug === 'sales')
    t.match(sales, { name: 'Offers', translations: { de: { name: 'Angebote' } } })
    const after = await currentWordings(app.house.database.sql, 'preferences')
    t.not(after.get('en'), before.get('en'))
    t.ok(after.get('de'))
    await visit.open('/admin/topics/wordings')
    t.strictSame(visit.page.faults, [])
    const hash = before.get('en') ?? ''
    t.ok(visit.page.links.some(({ href }) => href === `/wording/${hash}`))
    t.ok(visit.page.links.some(({ href }) => href === `/wording/${castWording}`))
    t.match(visit.page.text, /Shown elsewhereEnglish1[\d\w ,:]+1frozen/)
    t.equal((await choicesOf(app.house, id)).topics['1']?.basis?.wording, castWording)
    for (const url of ['/admin/topics/none', '/admin/topics/%20']) {
      await visit.open(url)
      t.equal(visit.status, 404)
    }
  },
)

t.test('what was wrong with a topic is said above the form, which keeps what was typed', async (t) => {
  const app = await openApp(t)
  const { visit } = await signedIn(app, 'marketer')
  await visit.open('/admin/topics')
  visit.write('slug', 'Repairs!', 'Add it')
  visit.write('name', 'More', 'Add it')
  await visit.press('Add it')
  t.match(visit.page.title, /^Error: /)
  t.match(visit.page.text, 'cannot be a topic')
  t.match(visit.html, 'value="More"')
  t.equal((await listTopics(app.house)).length, 3)
})

t.test('the desk shows four steps until each is done, and then what runs', async (t) => {
  const bare = await openApp(t, {}, { brand: null })
  const [marketer, admin] = [await signedIn(bare, 'marketer'), await signedIn(bare, 'admin')]
  await admin.visit.open('/admin')
  t.strictSame(admin.visit.page.faults, [])
  t.equal(admin.visit.page.headings[0], 'Four steps to a first campaign')
  const states = () => [...admin.visit.page.text.matchAll(/(still to do|done)(?=[A-Z])/g)].map(([, state]) => state)
  t.strictSame(states().slice(0, 4), ['still to do', 'done', 'still to do', 'still to do'])
  t.ok(admin.visit.page.links.some(({ href }) => href === '/admin/settings'))
  await marketer.visit.open('/admin')
  t.notOk(
    marketer.visit.page.links.some(({ href }) => href === '/admin/settings'),
    'which are not theirs',
  )
  await setBrand(bare.house, { name: 'Fern', postalAddress: '1 Mill Lane', replyTo: 'hello@fern.example' })
  await admin.visit.open('/admin')
  t.strictSame(states().slice(0, 4), ['done', 'done', 'done', 'still to do'])
  const auditor = await signedIn(bare, 'auditor')
  for (const url of ['/admin', '/admin/topics', '/admin/topics/repairs', '/admin/topics/wordings']) {
    await auditor.visit.open(url)
    t.equal(auditor.visit.status, 403, url)
  }
})
