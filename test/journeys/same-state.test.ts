import fc from 'fast-check'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { makeDownload, openDownload } from '../../src/actions/download.ts'
import { showPerson } from '../../src/actions/people.ts'
import { canonicalJson } from '../../src/domain/canonical-json.ts'
import { dayOf } from '../../src/domain/link-token.ts'
import { dataHead, tellingOf } from '../../src/http/download-parts.ts'
import { choicesOf, openApp, tokenFor, visitor } from '../support/app.ts'
import { arbitraryChoices, someTopics, someWording } from '../support/arbitrary-choices.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { checkSameState } from '../support/same-state.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

t.test('sentence, page, receipt, export and ledger say the same state, whatever she chose', async (t) => {
  // 10,000 of them are in long/same-state.test.ts: at some 20 ms each they would take minutes here.
  t.doesNotThrow(() => checkSameState(500))
})

t.test('and so do those that the database gives back', async (t) => {
  const { house, server, wording } = await openApp(t)
  const { sql } = house.database
  await sql`
    insert into wordings (hash, kind, language, body, current) values (${someWording}, 'attested', 'en', 'x', false)`
  const topics = JSON.stringify(someTopics)
  await sql`
    insert into topics (id, slug, name, promise)
    select id, slug, name, promise from jsonb_to_recordset(${topics}::text::jsonb) as t (id smallint, slug text, name text, promise text)
    on conflict do nothing`
  const visit = visitor(server)
  for (const [n, choices] of fc.sample(arbitraryChoices(), { numRuns: 40, seed: 20_261_126 }).entries()) {
    const address = `person${n}@example.com`
    const id = await addPerson(house, address, yesTo([1, 2]))
    const link = { purpose: 'preferences', day: 1, delivery: null }
    const changed = await changeChoices(house, id, { way: 'page', wording, link }, () => choices)
    if (changed.kind !== 'changed') continue
    const { sentence } = await showPerson(house, address)
    await visit.open(`/p/${tokenFor(house, id)}`)
    t.match(visit.page.text, sentence, 'her page says what the person’s own view says')
    await visit.open(`/receipt/${tokenFor(house, id, { purpose: 'receipt', entry: changed.entry })}`)
    t.match(visit.page.text, sentence.replace(/\S+•••\S+/, ''), 'so does the receipt')
    const made = await makeDownload(house, id, dayOf(new Date()))
    const download = await openDownload(house, id, made, new Date())
    const head = dataHead(tellingOf(house, download, 'en'))
    t.equal(head.sentence, sentence, 'and the export')
    t.equal(canonicalJson(head.choices), canonicalJson(await choicesOf(house, id)))
  }
  await verifyWholeLedger(t, house)
})
