import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import { appendEntries, lockHead, openLedger } from '../../src/store/ledger.ts'
import { addCast, addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const staff = { way: 'staff', wording: null } as const

t.test('the ledger is append-only, also for raw SQL', async (t) => {
  const house = await openTestHouse(t)
  await addCast(house)
  const { sql } = house.database
  for (const statement of [
    `update entries set body = '{}' where number = 1`,
    `delete from entries where number = 8`,
    `truncate entries cascade`,
    `update payloads set payload = '{}' where number = 1`,
    `truncate payloads`,
    `insert into entries values (20, '{}', 'x')`,
    `insert into entries values (8, '{}', 'x')`,
    `update ledger_head set size = 3`,
    `update ledger_head set origin = 'other.example/ledger'`,
    `update ledger_head set frontier = '{}'`,
    `update ledger_head set keys = 'another'`,
    `delete from ledger_head`,
    `truncate ledger_head`,
  ]) {
    await t.rejects(sql.unsafe(statement), statement)
  }
  await verifyWholeLedger(t, house)
})

t.test('nobody’s choices change without an entry', async (t) => {
  const house = await openTestHouse(t)
  const cast = await addCast(house)
  const { sql } = house.database
  await t.rejects(sql`update people set choices = jsonb_set(choices, '{stopped}', 'null') where id = ${cast.ben}`, {
    code: '23001',
  })
  await t.rejects(
    sql`update people set choices = '{}', entry = 99 where id = ${cast.ben}`,
    { code: '23503' },
    'and not under an entry that does not exist',
  )
})

t.test('many writers at once give one order without a gap', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const people = await Promise.all(
    Array.from({ length: 24 }, (_, n) => addPerson(house, `p${n}@example.com`, yesTo([1, 2]))),
  )
  const changes = people.flatMap((id) => [
    changeChoices(house, id, staff, (current, at) => stopTopics(current, [1], at)),
    changeChoices(house, id, staff, (current, at) => stopTopics(current, [2], at)),
  ])
  const entries = (await Promise.all(changes)).map((change) => (change.kind === 'changed' ? change.entry : 0))
  t.same(
    entries.toSorted((a, b) => a - b),
    Array.from({ length: 48 }, (_, n) => 25 + n),
  )
  await verifyWholeLedger(t, house)
})

t.test('a change and its entry are one: when either fails, neither is there', async (t) => {
  const house = await openTestHouse(t)
  const cast = await addCast(house)
  const { sql } = house.database
  const before = await sql`select choices, entry from people where id = ${cast.ada}`
  await t.rejects(
    sql.begin(async (tx) => {
      const head = await lockHead(tx)
      await appendEntries(tx, head, [{ kind: 'changed', topics: [], wording: null, person: cast.ada, payload: {} }])
      throw new Error('the process dies here')
    }),
  )
  t.same(await sql`select choices, entry from people where id = ${cast.ada}`, before)
  await verifyWholeLedger(t, house)
})

t.test('the same again is no change and makes no entry', async (t) => {
  const house = await openTestHouse(t)
  const cast = await addCast(house)
  const stop = () => changeChoices(house, cast.ada, staff, (current, at) => stopEverything(current, at, 'staff', null))
  t.match(await stop(), { kind: 'changed', entry: 9 })
  t.match(await stop(), { kind: 'unchanged' })
  await verifyWholeLedger(t, house)
})

t.test('a clock that steps back never gives an entry an earlier time', async (t) => {
  const house = await openTestHouse(t)
  const cast = await addCast(house)
  await moveClock(house.database.url, '-10 minutes')
  await changeChoices(house, cast.ada, staff, (current, at) => stopEverything(current, at, 'staff', null))
  await verifyWholeLedger(t, house)
})

t.test('a leaf holds no personal data', async (t) => {
  const house = await openTestHouse(t)
  const cast = await addCast(house)
  await changeChoices(
    house,
    cast.ada,
    { ...staff, by: 'Bea', details: { note: 'phoned from 020 7946 0018' } },
    (current, at) => stopEverything(current, at, 'staff', 'too many'),
  )
  const bodies = (await house.database.sql<{ body: string }[]>`select body from entries`)
    .map((row) => row.body)
    .join('\n')
  for (const personal of [
    cast.ada,
    cast.ada.replaceAll('-', ''),
    'ada@',
    'example.com',
    'Bea',
    '7946 0018',
    'too many',
  ]) {
    t.notMatch(bodies, personal)
  }
})

t.test('the read-only pool cannot write, whatever the code behind a page does', async (t) => {
  const house = await openTestHouse(t)
  const cast = await addCast(house)
  await t.rejects(house.database.readOnly`update people set name = 'x' where id = ${cast.ada}`, { code: '25006' })
})

t.test('a delivery moves only along the closed table of states', async (t) => {
  const house = await openTestHouse(t)
  const cast = await addCast(house)
  const { sql } = house.database
  const states = ['released', 'held', 'held_back', 'sent', 'refused', 'deferred', 'unknown', 'cancelled']
  const allowed: Record<string, string[]> = {
    nothing: ['released', 'held', 'held_back'],
    held: ['released', 'held_back', 'cancelled'],
    released: ['sent', 'refused', 'deferred', 'unknown', 'cancelled', 'held', 'held_back'],
    deferred: ['released', 'held', 'held_back', 'refused', 'cancelled'],
    unknown: ['sent', 'refused', 'released'],
  }
  const [message] = await sql`
    insert into messages (id, topic, subject, in_short, sender, body) values (gen_random_uuid(), 1, 's', 'i', 'f', 'b') returning id`
  const insert = (state: string) => sql`
    insert into deliveries (id, message, person, state, verdict, version) values (gen_random_uuid(), ${message?.['id']}, ${cast.ada}, ${state}, 'now', 1)`
  for (const to of states) {
    const moves = sql.begin(async (tx) => {
      await tx`insert into deliveries (id, message, person, state, verdict, version) values (gen_random_uuid(), ${message?.['id']}, ${cast.ada}, ${to}, 'now', 1)`
      throw new Error('undo')
    })
    await t.rejects(
      moves,
      allowed['nothing']?.includes(to) ? { message: 'undo' } : { code: '23001' },
      `nothing to ${to}`,
    )
  }
  await insert('released')
  for (const from of states) {
    for (const to of states.filter((state) => state !== from)) {
      const move = sql.begin(async (tx) => {
        await tx`alter table deliveries disable trigger deliveries_closed_states`
        await tx`update deliveries set state = ${from}`
        await tx`alter table deliveries enable trigger deliveries_closed_states`
        await tx`update deliveries set state = ${to}`
        throw new Error('undo')
      })
      await t.rejects(move, allowed[from]?.includes(to) ? { message: 'undo' } : { code: '23001' }, `${from} to ${to}`)
    }
  }
})

t.test('a database opened with another keyring is refused, and nothing is changed', async (t) => {
  const house = await openTestHouse(t)
  await addCast(house)
  await t.rejects(openLedger(house.database.sql, 'test.example/ledger', 'another keyring'), {
    code: 'not-ready',
    message: /another keyring/,
  })
  await verifyWholeLedger(t, house)
})
