import t from 'tap'
import { cleanWords, isHerTurn, isTooLong, lengthOf, stillWantsReply } from '../../src/domain/answer.ts'
import { endedBy } from '../../src/domain/stopped-topics.ts'
import { yesTo } from '../support/cast.ts'

const now = new Date('2026-11-26T12:00:00.000Z')
const daysAgo = (days: number, more = 0) => new Date(now.getTime() - days * 86_400_000 + more).toISOString()
const open = { choices: { stopped: null }, answered: false, askedAt: null }
const stopped = { at: daysAgo(3), by: 'herself', reason: null } as const

t.test('it is her turn once in 90 days, unless she has answered, and never after a stop', async (t) => {
  t.equal(isHerTurn(open, now), true)
  t.equal(isHerTurn({ ...open, answered: true }, now), false)
  t.equal(isHerTurn({ ...open, choices: { stopped } }, now), false)
  t.equal(isHerTurn({ ...open, askedAt: daysAgo(0) }, now), false)
  t.equal(isHerTurn({ ...open, askedAt: daysAgo(90, 1) }, now), false)
  t.equal(isHerTurn({ ...open, askedAt: daysAgo(90) }, now), true)
})

t.test('a stop takes back the reply she had asked for, and what she asks for after it counts', async (t) => {
  t.equal(stillWantsReply(null, { stopped: null }), false)
  t.equal(stillWantsReply(daysAgo(5), { stopped: null }), true)
  t.equal(stillWantsReply(daysAgo(5), { stopped }), false)
  t.equal(stillWantsReply(daysAgo(1), { stopped }), true)
})

t.test('her words are kept as she wrote them, without what no page can hold', async (t) => {
  t.equal(cleanWords('  one\r\n\r\ntwo\rthree\n '), 'one\n\ntwo\nthree')
  t.equal(cleanWords('a\u0000b\u001B[31mc\u0085'), 'ab[31mc')
  t.equal(cleanWords('tab\tstays'), 'tab\tstays')
  t.equal(cleanWords('e\u0301'), 'é')
  t.equal(cleanWords('half \uD83D'), 'half \uFFFD')
})

t.test('2,000 characters are enough and one more is too many, whatever they are made of', async (t) => {
  t.equal(isTooLong('x'.repeat(2000)), false)
  t.equal(isTooLong('x'.repeat(2001)), true)
  t.equal(isTooLong('🧵'.repeat(2000)), false)
  t.equal(lengthOf('🧵\n'), 2)
})

t.test('a change ended what it made a no of', async (t) => {
  const before = yesTo([1, 2])
  const no = { answer: 'no', at: daysAgo(0), entry: 2, basis: null, pace: null } as const
  t.same(endedBy(before, { ...before, topics: { ...before.topics, 2: no, 3: no } }), [2, 3])
  t.same(endedBy(before, before), [])
})
