import { randomUUID } from 'node:crypto'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { erasePerson } from '../../src/actions/erase.ts'
import { fsck } from '../../src/actions/fsck.ts'
import type { House } from '../../src/actions/house.ts'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { recordServiceKinds } from '../../src/actions/record-service-kinds.ts'
import { retryUnknown } from '../../src/actions/retry-unknown.ts'
import { sealPending } from '../../src/actions/seal.ts'
import { signCheckpoint } from '../../src/actions/sign-checkpoint.ts'
import { stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import { appendLeaf, emptyFrontier, leafHash } from '../../src/domain/merkle.ts'
import type { Transaction } from '../../src/store/database.ts'
import { renderWording } from '../../src/render.ts'
import { addCast, addPerson, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { sendNow, takingCourier, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'

type T = Parameters<typeof openTestHouse>[0]

const staff = { way: 'staff', wording: null } as const

/** A house with people, a campaign that was sent, a digest, changes of mind, and three checkpoints. */
async function lived(t: T) {
  const answers = ['sent', 'refused', 'deferred', 'unknown'] as const
  let turn = 0
  const { courier } = takingCourier(() => ({
    kind: answers[turn++ % answers.length] ?? 'sent',
    reply: '4.0.0 a reply',
    reached: true,
  }))
  const house = await openTestHouse(t, { courier })
  const sign = () => house.database.sql.begin((tx) => signCheckpoint(house, tx))
  await publishWordings(house, renderWording)
  await recordServiceKinds(house)
  const cast = await addCast(house)
  const { size: early } = await sign()
  await toMondayNoon(house)
  for (const name of ['iris', 'jo', 'kai', 'lou'])
    await addPerson(house, `${name}@example.com`, yesTo([1, 2], '2-per-week'))
  for (const slug of ['one', 'two', 'three']) {
    await writeCampaign(house, slug)
    await sendNow(house, slug)
    await moveClock(house.database.url, '1 hour')
  }
  const { size: middle } = await sign()
  await retryUnknown(house, 'one', { confirm: 100 }).catch(() => undefined)
  await moveClock(house.database.url, '8 days')
  await wakeDue(house)
  await moveClock(house.database.url, '1 day')
  await wakeDue(house)
  await sealPending(house)
  await changeChoices(house, cast.ada, staff, (current, at) => stopTopics(current, [1], at))
  await changeChoices(house, cast.gus, staff, (current, at) => stopEverything(current, at, 'staff', null))
  const { size } = await sign()
  return { house, cast, early, middle, size }
}

/** What somebody does who owns the database: no trigger is in the way. */
async function asOwner(house: House, edit: (tx: Transaction) => Promise<unknown>): Promise<void> {
  await house.database.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    await edit(tx)
  })
}

t.test('a ledger that was only lived with is whole, and nothing was sent against preferences', async (t) => {
  const { house, cast, size } = await lived(t)
  const sound = {
    verdict: 'verified',
    entries: size,
    erased: 0,
    checkpoints: 3,
    people: 12,
    firstBadEntry: null,
    firstBadCheckpoint: null,
    reason: null,
    faults: [],
    sends: { against: 0, first: [], couldNotCheck: 0 },
  }
  const found = await fsck(house)
  t.match(found, sound)
  const checked = found.sends?.checked ?? 0
  t.ok(found.seals >= 8 && checked > 12, `${found.seals} seals, ${checked} releases`)
  await erasePerson(house, cast.eve, { way: 'page', by: null })
  const [row] = await house.database.sql<{ person: string }[]>`
    select person from addresses where canonical = 'iris@example.com'`
  await erasePerson(house, row?.person ?? '', { way: 'page', by: null })
  const after = await fsck(house)
  t.match(after, { verdict: 'verified', entries: size + 2, people: 10, seals: found.seals })
  t.equal(after.erased, 2)
  t.ok(
    after.sends && after.sends.couldNotCheck > 0 && after.sends.checked < checked,
    'what is erased cannot be checked',
  )
})

t.test('each edit of whoever owns the database is found, and the first bad entry or checkpoint named', async (t) => {
  const { house, cast, early, middle, size } = await lived(t)
  const { sql } = house.database
  const bodies = (await sql<{ body: string }[]>`select body from entries order by number`).map((row) => row.body)
  const [seal] = await sql<{ entry: string; delivery: string }[]>`
    select s.entry, s.delivery from sealed s join seals using (entry) where kind = 'released' order by entry limit 1`
  const sealedAt = Number(seal?.entry)
  const changedBody = (number: number) => (bodies[number - 1] ?? '').replace(/"wording":.*/, '"wording":null}')
  const rehash = async (tx: Transaction, lines: readonly string[]) => {
    const leaves = lines.map((line) => leafHash(line))
    const tree = leaves.reduce(appendLeaf, emptyFrontier)
    await tx`update entries e set leaf = t.leaf from unnest(${leaves}::text[]) with ordinality as t (leaf, n) where e.number = t.n`
    await tx`update ledger_head set size = ${tree.size}, frontier = ${tree.hashes as string[]}::text[]`
  }
  const edits: Record<string, { edit: (tx: Transaction) => Promise<unknown>; found: object }> = {
    'a body is changed': {
      edit: (tx) => tx`update entries set body = ${changedBody(3)} where number = 3`,
      found: { firstBadEntry: 3, reason: 'entry 3 does not hash to its leaf' },
    },
    'a body is changed, with its leaf and the head': {
      edit: async (tx) => {
        await tx`update entries set body = ${changedBody(early + 2)} where number = ${early + 2}`
        await rehash(tx, bodies.with(early + 1, changedBody(early + 2)))
      },
      found: { firstBadCheckpoint: middle, firstBadEntry: early + 1, reason: /not what was signed/ },
    },
    'a body is written in another way': {
      edit: (tx) => tx`update entries set body = body || ' ' where number = 2`,
      found: { firstBadEntry: 2, reason: /canonical/ },
    },
    'a payload is changed': {
      edit: (tx) => tx`update payloads set payload = replace(payload, '"Europe/London"', '"Europe/Leeds"')
        where person = ${cast.ada} and number = (select min(number) from payloads where person = ${cast.ada})`,
      found: { firstBadEntry: 12, reason: 'entry 12 does not commit to the payload beside it' },
    },
    'a payload is no JSON any more': {
      edit: (tx) => tx`update payloads set payload = 'x' where number = 12`,
      found: { firstBadEntry: 12, sends: null },
    },
    'a payload is filed under somebody else': {
      edit: (tx) => tx`update payloads set person = ${cast.ben} where number = 12`,
      found: { firstBadEntry: 12, reason: /under somebody else/ },
    },
    'an entry is deleted': {
      edit: (tx) => tx`delete from entries where number = 9`,
      found: { firstBadEntry: 9, reason: 'entry 9 is missing; entry 10 comes next' },
    },
    'two are reordered': {
      edit: async (tx) => {
        await tx`update entries set number = -5 where number = 5`
        await tx`update entries set number = 5 where number = 6`
        await tx`update entries set number = 6 where number = -5`
      },
      found: { firstBadEntry: 5, reason: 'the entry in place 5 calls itself 6' },
    },
    'the tail is dropped': {
      edit: (tx) => tx`delete from entries where number > ${size - 2}`,
      found: { firstBadEntry: size - 1, reason: /the others are missing/ },
    },
    'the tail is dropped and the head reset': {
      edit: async (tx) => {
        await tx`delete from entries where number > ${size - 2}`
        await rehash(tx, bodies.slice(0, size - 2))
      },
      found: {
        firstBadEntry: size - 1,
        firstBadCheckpoint: size,
        reason: `${size} entries were signed for, and there are ${size - 2}`,
      },
    },
    'the head is reset alone': {
      edit: (tx) => tx`update ledger_head set size = ${size - 1}`,
      found: { firstBadEntry: size, reason: /the head counts/ },
    },
    'a checkpoint is replaced by one of another key': {
      edit: (tx) =>
        tx`update checkpoints set note = (select note from checkpoints where size = ${early}) where size = ${middle}`,
      found: { firstBadCheckpoint: middle, reason: /was signed for/ },
    },
    'choices are altered behind the ledger’s back': {
      edit: (tx) => tx`update people set choices = jsonb_set(choices, '{stopped}', 'null') where id = ${cast.ben}`,
      found: { firstBadEntry: 13, reason: 'somebody’s choices are not what entry 13 made them' },
    },
    'her newest entry is hidden': {
      edit: (tx) => tx`delete from payloads where number = ${size}`,
      found: { firstBadEntry: 18, reason: /somebody’s choices/ },
    },
    'a person is deleted without an erasure': {
      edit: (tx) => tx`delete from people where id = ${cast.cyn}`,
      found: { firstBadEntry: 14, reason: /not there and was not erased/ },
    },
    'a delivery ended otherwise': {
      edit: (tx) =>
        tx`update deliveries set state = 'sent' where id = (select id from deliveries where state = 'refused' limit 1)`,
      found: { reason: /is sent, and the record says refused/ },
    },
    'a delivery went to somebody else': {
      edit: (tx) => tx`update deliveries set person = ${cast.cyn} where id = ${seal?.delivery ?? ''}`,
      found: { firstBadEntry: sealedAt, reason: /released to somebody else/ },
    },
    'a delivery is made up': {
      edit: (tx) => tx`
        insert into deliveries (id, message, person, state, verdict, version, planned_at, released_at)
        select ${randomUUID()}, message, ${cast.cyn}, 'sent', 'now', 14, instant(), instant() from campaigns limit 1`,
      found: { reason: /has a release that is in 0 seals/ },
    },
    'a delivery is deleted without an erasure': {
      edit: (tx) => tx`delete from deliveries where id = ${seal?.delivery ?? ''}`,
      found: { firstBadEntry: sealedAt, reason: /which is not there and was not erased/ },
    },
    'what was sealed of it is deleted too': {
      edit: (tx) => tx`delete from sealed where delivery = ${seal?.delivery ?? ''}`,
      found: { reason: /in 0 seals/ },
    },
    'what was sealed is rewritten': {
      edit: (tx) =>
        tx`update sealed set record = replace(record, '"now"', '"never"') where entry = ${sealedAt} and leaf = 0`,
      found: { firstBadEntry: sealedAt, reason: /leaf 0 of its seal is not what was sealed/ },
    },
    'a seal is replaced': {
      edit: (tx) => tx`update seals set leaves = sha256(leaves) where entry = ${sealedAt}`,
      found: { firstBadEntry: sealedAt, reason: /its seal has another root/ },
    },
    'a seal is deleted': {
      edit: (tx) => tx`delete from seals where entry = ${sealedAt}`,
      found: { firstBadEntry: sealedAt, reason: /its seal is missing/ },
    },
  }
  for (const [name, { edit, found }] of Object.entries(edits)) {
    const undo = await copyOf(house)
    await asOwner(house, edit)
    t.match(await fsck(house), { verdict: 'not verified', ...found }, name)
    await undo()
  }
  t.match(await fsck(house), { verdict: 'verified' }, 'and put back it is whole again')
})

const tables = ['entries', 'payloads', 'ledger_head', 'checkpoints', 'people', 'deliveries', 'seals', 'sealed']

/** Keeps what an edit may change. @returns what puts it back. */
async function copyOf(house: House): Promise<() => Promise<void>> {
  const { sql } = house.database
  for (const table of tables) {
    await sql.unsafe(`drop table if exists kept_${table}`)
    await sql.unsafe(`create table kept_${table} as table ${table}`)
  }
  return () =>
    asOwner(house, async (tx) => {
      for (const table of tables) {
        await tx.unsafe(`delete from ${table}`)
        await tx.unsafe(`insert into ${table} table kept_${table}`)
      }
    })
}

t.test('what was sent against preferences is found, by the record and not by what the rows say', async (t) => {
  const { house, cast } = await lived(t)
  const { sql } = house.database
  const { sends: before } = await fsck(house)
  const [first] = await sql<{ delivery: string }[]>`
    select s.delivery from sealed s join seals using (entry) join deliveries d on d.id = s.delivery
    where kind = 'released' and d.person = ${cast.ada} order by s.entry limit 1`
  const made = randomUUID()
  await asOwner(house, async (tx) => {
    await tx`
      insert into deliveries (id, message, person, state, verdict, version, planned_at, released_at)
      select ${made}, message, ${cast.ben}, 'sent', 'now', 13, instant(), instant() from campaigns limit 1`
    // Stopped a month before she got it, said by an entry of then.
    await tx`
      update payloads set payload = jsonb_set(payload::jsonb, '{after,stopped}', '{"at":"2020-01-01T00:00:00.000Z","by":"herself","reason":null}')::text
      where number = 12`
  })
  const { sends, verdict } = await fsck(house)
  t.equal(verdict, 'not verified')
  t.equal(sends?.against, sends?.first.length)
  t.ok(sends?.first.some((one) => one.delivery === made && one.reason === 'stopped'))
  t.ok(sends?.first.some((one) => one.delivery === first?.delivery && one.reason === 'stopped'))
  t.equal(sends?.checked, (before?.checked ?? 0) + 1)
})
