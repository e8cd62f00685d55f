import { randomUUID } from 'node:crypto'
import t from 'tap'
import { listChanges } from '../../src/actions/conversation.ts'
import { listQuestions } from '../../src/actions/questions.ts'
import { answerOf } from '../../src/store/answers.ts'
import { entriesIn, openApp } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { say } from '../support/office-states.ts'
import { takingCourier } from '../support/sending.ts'
import { signedIn } from '../support/staff.ts'

t.test(
  'an answer is found by a filter in the address, read with her sentence, replied to once, and marked',
  async (t) => {
    const { courier, parcels } = takingCourier()
    const app = await openApp(t, {}, { courier })
    const { visit, staff } = await signedIn(app, 'marketer')
    const ada = await addPerson(app.house, 'ada.says@example.com', yesTo([1]))
    const asks = await say(app.house, ada, {
      text: 'Can you mend zips?\nAnd buttons?',
      wants: true,
      quote: 'first_name',
    })
    const tells = await say(app.house, ada, { text: '<b>Too</b> long' })
    await visit.open('/admin/conversation')
    t.strictSame(visit.page.faults, [])
    t.match(visit.page.text, '2 unread. 1 waits for a reply.')
    await visit.open('/admin/conversation?show=waiting')
    t.match(visit.page.text, 'Can you mend zips?')
    t.notMatch(visit.page.text, 'Too')
    await visit.open(`/admin/conversation/${asks}`)
    t.strictSame(visit.page.faults, [])
    t.match(visit.page.text, 'You’ll get emails about repairs as they happen')
    t.match(visit.page.text, 'may be quoted with the first name: Ada')
    t.notMatch(visit.html, 'ada.says')
    visit.write('text', ' ', 'Send the reply')
    await visit.press('Send the reply')
    t.equal(visit.status, 422)
    visit.write('text', 'Yes, both.', 'Send the reply')
    await visit.press('Send the reply')
    t.match(visit.page.text, /Replied\. It also stands.*Yes, both\./)
    t.match((await answerOf(app.house.database.sql, ada, asks))?.reply, { text: 'Yes, both.' })
    t.equal(parcels.length, 1)
    t.notOk(
      visit.page.forms.some(({ buttons }) => buttons.includes('Send the reply')),
      'one reply each',
    )
    await visit.press('Done')
    t.match(visit.page.text, 'Statedone')
    const [kept] = await app.house.database.sql<{ handled: string; by: string }[]>`
    select handled, handled_by as by from answers where id = ${asks}`
    t.match(kept, { handled: 'done', by: staff.id })
    await visit.open(`/admin/conversation/${tells}`)
    t.match(visit.page.text, '<b>Too</b> long')
    t.match(visit.page.text, 'They did not ask for a reply')
    await visit.open('/admin/conversation')
    t.notMatch(visit.page.text, 'zips')
    await visit.open('/admin/conversation?show=done')
    t.match(visit.page.text, 'zips')
    for (const url of [`/admin/conversation/${randomUUID()}`, '/admin/conversation?question=none'])
      t.equal((await visit.open(url), visit.status), 404, url)
  },
)

t.test('a reply that the gate refuses is not sent, and says why', async (t) => {
  const app = await openApp(t)
  const { visit } = await signedIn(app, 'marketer')
  const ben = await addPerson(app.house, 'ben@example.com', yesTo([1]))
  const id = await say(app.house, ben, { text: 'Hello?', wants: true })
  await app.house.database.sql`
    insert into suppressions (channel, fingerprint, reason, source)
    select channel, fingerprint, 'do_not_contact', 'test' from addresses where person = ${ben}`
  await visit.open(`/admin/conversation/${id}`)
  visit.write('text', 'Hello!', 'Send the reply')
  await visit.press('Send the reply')
  t.equal(visit.status, 403)
  t.match(visit.page.text, 'this person may not be written to (do_not_contact)')
})

t.test('one question is open at a time, and what we changed names the answers it came from', async (t) => {
  const app = await openApp(t)
  const { visit } = await signedIn(app, 'marketer')
  const open = async (slug: string) => {
    await visit.open('/admin/conversation/questions')
    visit.write('slug', slug, 'Open this question')
    visit.write('text', 'What do you mend?', 'Open this question')
    visit.write('why', 'It decides what we write next.', 'Open this question')
    await visit.press('Open this question')
  }
  await open('mending')
  t.strictSame(visit.page.faults, [])
  t.notOk(visit.page.forms.some(({ buttons }) => buttons.includes('Open this question')))
  await visit.press('Close this question')
  await open('mending')
  t.match(visit.page.text, 'there is already a question mending')
  const [question] = await listQuestions(app.house)
  t.ok(question?.closedAt)
  const ada = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const answer = await say(app.house, ada, { text: 'Zips, always zips', question: 'mending' })
  await visit.open(`/admin/conversation/${answer}`)
  await visit.press('Worth acting on')
  await visit.open('/admin/conversation/changes')
  visit.tick(`answer-${answer}`, 'yes', true)
  visit.write('text', 'We write about zips now.', 'Publish it')
  const sent = visit.page.forms.find(({ buttons }) => buttons.includes('Publish it'))
  await visit.press('Publish it')
  t.strictSame(visit.page.faults, [])
  const again = async (fields: [string, string][]) => {
    visit.page = { ...visit.page, forms: sent ? [{ ...sent, fields }] : [] }
    await visit.press('Publish it')
    return visit.status
  }
  t.equal(await again(sent?.fields ?? []), 200)
  t.equal((await listChanges(app.house, 5)).length, 1, 'pressed twice, it stands on everybody’s page once')
  const other = (sent?.fields ?? []).map(([name, value]): [string, string] => [
    name,
    name === 'text' ? 'Other.' : value,
  ])
  t.equal(await again(other), 409, 'other words after a way back are told, and not lost')
  t.match(visit.html, 'Other.')
  await visit.open('/admin/conversation/changes')
  t.match(await listChanges(app.house, 5), [{ text: 'We write about zips now.', answers: 1 }])
  await visit.press('Publish it')
  t.equal(visit.status, 422)
})

t.test('an auditor reads no conversation, and looking at it changes nothing', async (t) => {
  const app = await openApp(t)
  const [auditor, marketer] = [await signedIn(app, 'auditor'), await signedIn(app, 'marketer')]
  const id = await say(app.house, await addPerson(app.house, 'ada@example.com', yesTo([1])), { text: 'Hello' })
  const before = await entriesIn(app.house)
  for (const end of ['', '/questions', '/changes', `/${id}`]) {
    await auditor.visit.open(`/admin/conversation${end}`)
    t.equal(auditor.visit.status, 403, end)
    await marketer.visit.open(`/admin/conversation${end}`)
    t.equal(marketer.visit.status, 200, end)
    t.notMatch(marketer.visit.page.text, /undefined|null|NaN|\[object|\{\w+\}/, end)
  }
  t.equal(await entriesIn(app.house), before)
})
