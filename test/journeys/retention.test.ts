import { randomUUID } from 'node:crypto'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import type { House } from '../../src/actions/house.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { addPerson as addByStaff, stopPerson } from '../../src/actions/people.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { retireData } from '../../src/actions/retire-data.ts'
import { sweep } from '../../src/actions/sweep.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { intervalOf, keptKinds, retention } from '../../src/domain/retention.ts'
import { openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { confirmed, writeExport } from '../support/mailchimp-files.ts'
import { addCrowd, sumsAgree } from '../support/oracle.ts'
import { sendNow, takingCourier, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'
import { tracesOf } from '../support/traces.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const nothing = {
  stopped: 0,
  'not-asked': 0,
  'sign-ups': 0,
  askings: 0,
  reasons: 0,
  requests: 0,
  exports: 0,
  replies: 0,
  deliveries: 0,
  'service-mail': 0,
}
const stopPage = { way: 'stop-page', wording: null } as const

/** Lets time pass until a day before a period is over, and then two days more. @returns what each daily run deleted. */
async function aroundTheEndOf(house: House, interval: string) {
  await moveClock(house.database.url, interval)
  await moveClock(house.database.url, '-1 day')
  const before = await retireData(house)
  await moveClock(house.database.url, '2 days')
  return { before, after: await retireData(house), again: await retireData(house) }
}

async function countOf(house: House, table: string): Promise<number> {
  const [row] = await house.database.sql`select count(*)::int as n from ${house.database.sql(table)}`
  return row?.['n']
}

t.test('every kind of what is kept stands in the table once, and what has a period is carried out', async (t) => {
  t.same(
    retention.map(({ kind }) => kind),
    [...keptKinds],
  )
  const carriedOut = retention.filter(({ deletedBy }) => deletedBy === 'day').map(({ kind }) => kind)
  t.same(carriedOut.toSorted(), Object.keys(nothing).toSorted())
  for (const { kind, period, deletedBy } of retention) {
    t.equal(typeof period === 'object', deletedBy === 'day', kind)
    t.equal(period === 'for-ever', deletedBy === 'nobody', kind)
  }
  t.throws(() => intervalOf('ledger'))
})

t.test('stopped: three years after it only a fingerprint is left, and no import brings her in', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]), 'Marguerite')
  const ben = await addPerson(house, 'ben@example.com', yesTo([1]))
  await stopPerson(house, 'ada@example.com', { reason: 'moved' })
  const { before, after, again } = await aroundTheEndOf(house, intervalOf('stopped'))
  t.same([before, after, again], [nothing, { ...nothing, stopped: 1 }, nothing])
  const fingerprint = fingerprintOf(house.keys, 'email', 'ada@example.com')
  t.same(
    (await tracesOf(house, { address: 'ada@example.com', name: 'Marguerite', id: ada, fingerprint })).map(
      ({ table }) => table,
    ),
    ['public.erased_people.id', 'public.suppressions.fingerprint'],
  )
  t.match(house.noes.at(-1), { kind: 'erased', fingerprint })
  t.equal((await tracesOf(house, { id: ben })).length > 0, true)
  const files = writeExport(t, { subscribed: [confirmed('ada@example.com')] })
  t.match(await importPeople(house, { files, topicsColumn: 'About what?' }), { suppressed: 1, changed: 0 })
  const [entry] = await house.database.sql`select payload from payloads order by number desc limit 1`
  t.same(JSON.parse(entry?.['payload']), { what: 'retired', kept: 'stopped', people: 1 })
  await verifyWholeLedger(t, house)
})

t.test('stopped: whoever said something since is kept from then on, and so is who was brought in late', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  await changeChoices(house, ada, stopPage, (current, at) => stopEverything(current, at, 'herself', null))
  await moveClock(house.database.url, '35 months')
  await changeChoices(house, ada, stopPage, (current, at) => ({ ...current, choseAt: at, pace: 'digest-monthly' }))
  const left = { 'Email Address': 'old@example.com', UNSUB_TIME: '2010-01-01 00:00:00' }
  await importPeople(house, { files: writeExport(t, { unsubscribed: [left] }), topicsColumn: 'About what?' })
  await moveClock(house.database.url, '2 months')
  t.same(await retireData(house), nothing)
  t.equal(await countOf(house, 'people'), 2)
})

t.test('not-asked: who never answered goes after two years; any answer is one', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  await addByStaff(house, 'silent@example.com', { name: 'Marguerite' })
  const no = { answer: 'no', at: '2026-01-01T00:00:00.000Z', entry: 0, basis: null, pace: null } as const
  await addPerson(house, 'no@example.com', { ...yesTo([]), topics: { 1: no }, channels: {}, choseAt: null })
  await addPerson(house, 'yes@example.com', yesTo([1]))
  const { before, after } = await aroundTheEndOf(house, intervalOf('not-asked'))
  t.same([before, after], [nothing, { ...nothing, 'not-asked': 1 }])
  t.same(await tracesOf(house, { address: 'silent@example.com', name: 'Marguerite' }), [])
  t.equal(await countOf(house, 'people'), 2)
  t.equal(await countOf(house, 'suppressions'), 0, 'they may be brought in again')
  t.equal(await addByStaff(house, 'silent@example.com', {}), true)
})

t.test('sign-ups: who never confirmed goes after thirty days, whoever else she was before', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const pending = (at: string) => ({ answer: 'pending', at, entry: 0, basis: null, pace: null }) as const
  const now = new Date().toISOString()
  const half = { ...yesTo([1]), topics: { ...yesTo([1]).topics, 2: pending(now) } }
  await addPerson(house, 'vera@example.com', { ...yesTo([]), topics: { 1: pending(now) } }, 'Marguerite')
  await addPerson(house, 'half@example.com', half)
  const stopped = { at: now, by: 'herself', reason: null } as const
  await addPerson(house, 'stopped@example.com', { ...yesTo([]), topics: { 1: pending(now) }, stopped })
  const { before, after } = await aroundTheEndOf(house, intervalOf('sign-ups'))
  t.same([before, after], [nothing, { ...nothing, 'sign-ups': 1 }])
  t.same(await tracesOf(house, { address: 'vera@example.com', name: 'Marguerite' }), [])
  t.equal(await countOf(house, 'people'), 2)
  t.equal(await countOf(house, 'suppressions'), 0, 'she may sign up again')
})

t.test('sign-ups: the time counts from the latest, however long she has been stored', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const at = new Date(Date.now() + 29 * 86_400_000).toISOString()
  const pending = { answer: 'pending', at, entry: 0, basis: null, pace: null } as const
  await addPerson(house, 'vera@example.com', { ...yesTo([]), topics: { 1: pending } })
  await moveClock(house.database.url, '31 days')
  t.same(await retireData(house), nothing)
})

t.test('requests: what was typed at a door and never answered goes', async (t) => {
  const house = await openTestHouse(t)
  await house.database
    .sql`insert into door_requests (id, kind, address) values (gen_random_uuid(), 'find', 'ada@example.com')`
  await house.database.sql`insert into used_links (key) values ('x')`
  await house.database.sql`insert into tries (key, number, until) values ('x', 1, instant() + interval '1 hour')`
  const { before, after } = await aroundTheEndOf(house, intervalOf('requests'))
  t.same([before, after], [nothing, { ...nothing, requests: 1 }])
  await sweep(house)
  t.same([await countOf(house, 'used_links'), await countOf(house, 'tries')], [0, 0])
})

/** Somebody who told us something, with our reply, was asked a question, and said why she stopped a topic. */
async function talkative(house: House): Promise<{ ada: string; delivery: string }> {
  const { sql } = house.database
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  const [delivery, said, why] = [randomUUID(), randomUUID(), randomUUID()]
  await sql`
    insert into messages (id, service_kind, subject, in_short, sender, body)
    values (${delivery}, 'receipt', 's', '', 'Fern <hello@fern.example>', '')`
  await sql`
    insert into deliveries (id, message, person, state, verdict, version, worker, released_at)
    values (${delivery}, ${delivery}, ${ada}, 'released', 'now', 1, 1, instant())`
  await sql`insert into questions (slug, text, why) values ('mittens', 'Left-handed?', 'We plan patterns')`
  await sql`insert into askings (person, question) values (${ada}, 'mittens')`
  await sql`
    insert into answers (id, person, question, message, text)
    values (${said}, ${ada}, 'mittens', ${delivery}, 'Since I broke my wrist')`
  await sql`insert into answers (id, person, reason, entry, text) values (${why}, ${ada}, 'too_many', 1, 'Too many')`
  await sql`insert into replies (answer, person, text, delivery) values (${said}, ${ada}, 'Mend well', ${delivery})`
  await sql`insert into replies (answer, person, text, delivery) values (${why}, ${ada}, 'We see', ${delivery})`
  return { ada, delivery }
}

t.test('askings: that she was asked is forgotten when she may be asked again', async (t) => {
  const house = await openTestHouse(t)
  await talkative(house)
  const { before, after } = await aroundTheEndOf(house, intervalOf('askings'))
  t.same([before, after], [nothing, { ...nothing, askings: 1 }])
  t.equal(await countOf(house, 'answers'), 2, 'what she said is hers')
})

t.test(
  'reasons: why she stopped goes after two years, from when she last said it, and never under a reply',
  async (t) => {
    const house = await openTestHouse(t)
    const { sql } = house.database
    const { ada, delivery } = await talkative(house)
    await moveClock(house.database.url, '1 month')
    await sql`update answers set edited_at = instant() where entry = 1`
    await moveClock(house.database.url, intervalOf('reasons'))
    await moveClock(house.database.url, '-1 day')
    t.match(await retireData(house), { reasons: 0 })
    await moveClock(house.database.url, '2 days')
    t.match(await retireData(house), { reasons: 0 }, 'the reply is still on its way')
    await sql`update deliveries set state = 'sent', settled_at = instant() where id = ${delivery}`
    t.match(await retireData(house), { reasons: 1 })
    t.match(await retireData(house), { reasons: 0 })
    t.match(await sql`select person, question from answers`, [{ person: ada, question: 'mittens' }])
  },
)

t.test('service-mail: our reply stays with what it answers when the mail that carried it goes', async (t) => {
  const house = await openTestHouse(t)
  const { delivery } = await talkative(house)
  await house.database.sql`update deliveries set state = 'sent', settled_at = instant() where id = ${delivery}`
  const { before, after } = await aroundTheEndOf(house, intervalOf('service-mail'))
  t.match([before, after], [{ 'service-mail': 0 }, { 'service-mail': 1 }])
  t.same([await countOf(house, 'deliveries'), await countOf(house, 'messages')], [0, 0])
  t.match(await house.database.sql`select text, delivery from replies order by text`, [
    { text: 'Mend well', delivery: null },
    { text: 'We see', delivery: null },
  ])
})

t.test('deliveries: after two years they are numbers, and every report says what it said', async (t) => {
  const { courier } = takingCourier(({ to }) =>
    to.startsWith('p1')
      ? { kind: 'refused', reply: `550 5.1.1 <${to}> unknown`, reached: true }
      : { kind: 'sent', reply: null, reached: true },
  )
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMondayNoon(house)
  const paused = { from: '2026-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' }
  await addCrowd(house, 30, [yesTo([1, 2]), yesTo([1, 2], 'digest-weekly'), yesTo([1], 'as-it-happens', { paused })])
  for (const slug of ['darn', 'felt']) {
    await writeCampaign(house, slug)
    await sendNow(house, slug)
  }
  await moveClock(house.database.url, '8 days')
  await wakeDue(house)
  const reports = [await reportCampaign(house, 'darn'), await reportCampaign(house, 'felt')]
  const all = await countOf(house, 'deliveries')
  t.ok(all > 60, 'digests among them')
  await moveClock(house.database.url, intervalOf('deliveries'))
  await moveClock(house.database.url, '-9 days')
  t.match(await retireData(house), { deliveries: 0 })
  await moveClock(house.database.url, '10 days')
  t.match(await retireData(house), { deliveries: all })
  t.match(await retireData(house), { deliveries: 0 })
  t.equal(await countOf(house, 'deliveries'), 0)
  t.same([await reportCampaign(house, 'darn'), await reportCampaign(house, 'felt')], reports)
  for (const report of reports) t.ok(sumsAgree(report))
  t.ok(
    reports.every(({ sent, refused, never }) => sent > 0 && refused > 0 && never > 0),
    'of every sort',
  )
})

t.test('deliveries: what waits, however long, stays', async (t) => {
  const house = await openTestHouse(t, { courier: takingCourier().courier })
  await addTopics(house)
  await addPerson(house, 'ada@example.com', yesTo([1], 'digest-weekly'))
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { held: 1 })
  await moveClock(house.database.url, '3 years')
  t.match(await retireData(house), { deliveries: 0 })
  t.match(await reportCampaign(house, 'darn'), { held: 1 })
})

t.test('replies: what a mail server answered is forgotten after six months, what was concluded stays', async (t) => {
  const reply = '550 5.1.1 <ada@example.com> unknown'
  const { courier } = takingCourier(() => ({ kind: 'refused', reply, reached: true }))
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  const { before, after } = await aroundTheEndOf(house, intervalOf('replies'))
  t.match([before.replies, after.replies], [0, 1])
  t.match(await house.database.sql`select reply, refusal from deliveries`, [{ reply: null, refusal: 'bounced' }])
})

t.test('service-mail: what we wrote about her choices goes after ninety days', async (t) => {
  const { courier } = takingCourier()
  const { house, server } = await openApp(t, {}, { courier })
  const ada = await addPerson(house, 'ada@example.com', yesTo([1], 'digest-monthly'))
  const her = visitor(server)
  await her.open(`/p/${tokenFor(house, ada)}`)
  her.tick('pace', 'as-it-happens', true)
  await her.press('Save my choices')
  t.equal(await countOf(house, 'messages'), 1)
  const { before, after } = await aroundTheEndOf(house, intervalOf('service-mail'))
  t.match([before['service-mail'], after['service-mail']], [0, 1])
  t.same([await countOf(house, 'messages'), await countOf(house, 'deliveries')], [0, 0])
})

t.test('one kind that fails keeps no other from going, and is told', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const { sql, url } = house.database
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await sql`insert into questions (slug, text, why) values ('mittens', 'Left-handed?', 'We plan patterns')`
  const leave = async () => {
    await sql`insert into askings (person, question) values (${ada}, 'mittens') on conflict do nothing`
    await sql`insert into door_requests (id, kind, address) values (${randomUUID()}, 'find', 'ada@example.com')`
    await sql`
      insert into address_changes (id, person, canonical, spelling, fingerprint)
      values (${randomUUID()}, ${ada}, 'new@example.com', 'new@example.com', 'x')`
  }
  await leave()
  await moveClock(url, intervalOf('askings'))
  await moveClock(url, '1 day')
  for (const table of ['askings', 'door_requests']) {
    await sql.unsafe(`
      create function refuse_${table}() returns trigger language plpgsql as $$ begin raise 'ada@example.com is in the way'; end $$;
      create trigger refuse before delete on ${table} for each row execute function refuse_${table}()`)
  }
  await t.rejects(retireData(house), { message: /in the way/ }, 'the job fails, so that it is seen')
  t.same(
    [await countOf(house, 'askings'), await countOf(house, 'door_requests'), await countOf(house, 'address_changes')],
    [1, 1, 0],
  )
  t.match(house.warnings, [/"askings"/, /"requests"/])
  t.equal(house.warnings.length, 2)
  t.notMatch(house.warnings.join(), 'ada@')
  for (const table of ['askings', 'door_requests']) await sql.unsafe(`drop trigger refuse on ${table}`)
  t.match(await retireData(house), { askings: 1, requests: 1 }, 'and the next run takes it up')
})

t.test('two processes that retire at once do it once, and a press beside them holds', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ids = await addCrowd(
    house,
    250,
    yesTo([1], 'as-it-happens', {
      stopped: { at: '2020-01-01T00:00:00.000Z', by: 'herself', reason: null },
      choseAt: null,
    }),
  )
  await moveClock(house.database.url, intervalOf('stopped'))
  await moveClock(house.database.url, '1 day')
  const [stays = ''] = ids.toSorted().slice(-1)
  const [one, two] = await Promise.all([
    retireData(house),
    retireData(house),
    changeChoices(house, stays, stopPage, (current, at) => ({ ...current, choseAt: at, pace: 'digest-monthly' })),
  ])
  t.ok(one.stopped + two.stopped >= 249)
  const left = await house.database.sql`select id from people`
  t.ok(left.every(({ id }) => id === stays) && left.length <= 1)
  t.equal(await countOf(house, 'suppressions'), 250 - left.length)
})
