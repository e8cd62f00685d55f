import { randomUUID } from 'node:crypto'
import type { House } from '../../src/actions/house.ts'
import { parseAddress } from '../../src/domain/address.ts'
import { notAsked, type Choices } from '../../src/domain/choices.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import type { Pace } from '../../src/domain/pace.ts'
import type { Topic } from '../../src/domain/topic.ts'
import { frozen } from '../../src/domain/wording.ts'
import { appendEntries, lockHead } from '../../src/store/ledger.ts'
import { insertPerson } from '../../src/store/people.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { insertTopic } from '../../src/store/topics.ts'
import { publish } from '../../src/store/wordings.ts'

const seen = frozen('<!doctype html><title>What the form said</title><p>How, how often and about what.</p>')
const confirmedAt = '2026-01-14T10:22:07.000Z'

/** The hash of the wording that the cast saw. */
export const castWording = seen.hash

/** Choices with a seen yes to each of the topics. */
export function yesTo(topics: readonly number[], pace: Pace = 'as-it-happens', more: Partial<Choices> = {}): Choices {
  const basis = { evidence: 'seen', wording: seen.hash, confirmedAt } as const
  const answers = topics.map(
    (id) => [String(id), { answer: 'yes', at: confirmedAt, entry: 0, basis, pace: null }] as const,
  )
  return {
    ...notAsked(),
    topics: Object.fromEntries(answers),
    pace,
    paceChosen: true,
    channels: { email: 'yes' },
    timeZone: 'Europe/London',
    language: 'en',
    choseAt: confirmedAt,
    ...more,
  }
}

/** Adds the topics Repairs (1) and New patterns (2), and the wording that the cast saw. */
export async function addTopics(house: House): Promise<Topic[]> {
  return house.database.sql.begin(async (tx) => {
    await publish(tx, { ...seen, kind: 'attested', language: 'en' })
    return [
      await insertTopic(tx, { slug: 'repairs', name: 'Repairs', promise: 'How to mend what you have.' }),
      await insertTopic(tx, { slug: 'new-patterns', name: 'New patterns', promise: 'What we have just drawn.' }),
    ]
  })
}

/** Adds one person with an entry of her own. @returns her id. */
export async function addPerson(house: House, address: string, choices: Choices, name = 'Ada'): Promise<string> {
  const parsed = parseAddress(address)
  if (parsed.kind === 'refused') throw new Error(parsed.reason)
  const id = randomUUID()
  await house.database.sql.begin(async (tx) => {
    const head = await lockHead(tx)
    const entry = head.size + 1
    const topics = Object.fromEntries(
      Object.entries(choices.topics).map(([key, answer]) => [key, { ...answer, entry }]),
    )
    const stamped = { ...choices, topics }
    await appendEntries(tx, head, [
      {
        kind: 'given',
        topics: Object.keys(topics).map(Number),
        wording: seen.hash,
        person: id,
        payload: { person: id, after: stamped },
      },
    ])
    const fingerprint = fingerprintOf(house.keys, 'email', parsed.canonical)
    await insertPerson(tx, { id, name, familyName: '', choices: stamped, entry }, 'email', { ...parsed, fingerprint })
  })
  return id
}

/** Marks an address as refused for good. */
export async function bounce(house: House, address: string): Promise<void> {
  const parsed = parseAddress(address)
  if (parsed.kind === 'refused') throw new Error(parsed.reason)
  const fingerprint = fingerprintOf(house.keys, 'email', parsed.canonical)
  await house.database.sql.begin((tx) => suppress(tx, 'email', 'bounced', 'test', [{ fingerprint, at: confirmedAt }]))
}

/** The people of most tests, one for each thing that can hold: all by name, so that a failing test reads like a sentence. */
export async function addCast(
  house: House,
): Promise<Record<'ada' | 'ben' | 'cyn' | 'dov' | 'eve' | 'finn' | 'gus' | 'hana', string>> {
  await addTopics(house)
  const stopped = { at: confirmedAt, by: 'herself', reason: null } as const
  const paused = { from: confirmedAt, until: '2099-01-01T00:00:00.000Z' }
  const no = { answer: 'no', at: confirmedAt, entry: 0, basis: null, pace: null } as const
  const cast = {
    ada: await addPerson(house, 'ada@example.com', yesTo([1, 2])),
    ben: await addPerson(house, 'ben@example.com', yesTo([1, 2], 'as-it-happens', { stopped }), 'Ben'),
    cyn: await addPerson(house, 'cyn@example.com', notAsked(), 'Cyn'),
    dov: await addPerson(house, 'dov@example.com', yesTo([1]), 'Dov'),
    eve: await addPerson(house, 'eve@example.com', yesTo([1, 2], 'digest-weekly'), 'Eve'),
    finn: await addPerson(house, 'finn@example.com', yesTo([1], 'as-it-happens', { paused }), 'Finn'),
    gus: await addPerson(house, 'gus@example.com', { ...yesTo([2]), topics: { ...yesTo([2]).topics, 1: no } }, 'Gus'),
    hana: await addPerson(
      house,
      'hana@example.com',
      yesTo([1], 'as-it-happens', { channels: { email: 'no' } }),
      'Hana',
    ),
  }
  await bounce(house, 'dov@example.com')
  return cast
}
