import fc from 'fast-check'
import t from 'tap'
import { raises } from '../../src/domain/choice-differences.ts'
import { notAsked, type Choices } from '../../src/domain/choices.ts'
import { choicesSchema } from '../../src/domain/choices-schema.ts'
import { confirmed, inOrderOf, pendingChoices, readSignUp, type SignUp } from '../../src/domain/sign-up.ts'
import { arbitraryChoices } from '../support/arbitrary-choices.ts'

const asked: SignUp = {
  wording: 'a'.repeat(64),
  seed: '0123456789abcdef',
  shown: [2, 1, 3],
  topics: [1, 3],
  pace: 'digest-weekly',
  language: 'en',
}
const askedAt = '2026-11-20T10:00:00.000Z'
const at = '2026-11-20T10:05:00.000Z'
const when = { askedAt, at }
const basis = { evidence: 'seen', wording: 'b'.repeat(64), confirmedAt: '2026-01-01T00:00:00.000Z' } as const
const yes = { answer: 'yes', at: basis.confirmedAt, entry: 1, basis, pace: null } as const

t.test('somebody new gets exactly what she asked for, seen and confirmed now', async (t) => {
  const before = pendingChoices(asked, askedAt)
  t.ok(choicesSchema.parse(before))
  const after = confirmed(before, asked, when)
  t.same(Object.keys(after?.topics ?? {}), ['1', '3'])
  t.match(after, {
    topics: { 1: { answer: 'yes', basis: { evidence: 'seen', wording: asked.wording, confirmedAt: at }, pace: null } },
    pace: 'digest-weekly',
    channels: { email: 'yes' },
    choseAt: at,
    stopped: null,
  })
})

t.test('whoever had something keeps it as it was, and its pace', async (t) => {
  const before: Choices = {
    ...notAsked(),
    topics: { 2: yes },
    pace: 'digest-monthly',
    channels: { email: 'yes', post: 'no' },
  }
  t.match(confirmed(before, asked, when), {
    topics: { 1: { pace: 'digest-weekly' }, 2: yes, 3: { pace: 'digest-weekly' } },
    pace: 'digest-monthly',
    channels: { email: 'yes', post: 'no' },
  })
  t.match(confirmed({ ...before, pace: 'digest-weekly' }, asked, when), { topics: { 1: { pace: null } } })
})

t.test('what she said after she asked holds, to the same instant', async (t) => {
  const stop = (stoppedAt: string) => ({ at: stoppedAt, by: 'herself', reason: null }) as const
  t.equal(confirmed({ ...notAsked(), stopped: stop(at) }, asked, when), null)
  t.equal(confirmed({ ...notAsked(), stopped: stop(askedAt) }, asked, when), null)
  t.equal(confirmed({ ...notAsked(), stopped: stop('not a time') }, asked, when), null, 'doubt means less mail')
  t.ok(confirmed({ ...notAsked(), stopped: stop('2026-11-20T09:59:59.999Z') }, asked, when))
  const no = (noAt: string) => ({ answer: 'no', at: noAt, entry: 1, basis: null, pace: null }) as const
  t.match(confirmed({ ...notAsked(), topics: { 1: no(at) } }, asked, when)?.topics, {
    1: { answer: 'no' },
    3: { answer: 'yes' },
  })
  t.equal(confirmed({ ...notAsked(), topics: { 1: no(at), 3: no(askedAt) } }, asked, when), null)
  t.match(confirmed({ ...notAsked(), topics: { 1: no(basis.confirmedAt) } }, asked, when)?.topics, {
    1: { answer: 'yes' },
  })
})

t.test('an older stop ends, and what else she had then is the no that it was', async (t) => {
  const stopped = { at: '2026-11-01T00:00:00.000Z', by: 'herself', reason: null } as const
  const after = confirmed({ ...notAsked(), topics: { 1: yes, 2: yes }, stopped }, asked, when)
  t.match(after, {
    stopped: null,
    topics: { 1: { answer: 'yes' }, 2: { answer: 'no', at: stopped.at, basis: null }, 3: { answer: 'yes' } },
  })
})

t.test('whatever she had: nothing but what she asked for grows, and a pause stays', async () => {
  fc.assert(
    fc.property(arbitraryChoices(), (before) => {
      const after = confirmed(before, asked, when)
      if (after === null) return true
      choicesSchema.parse(after)
      const others = (choices: Choices): Choices => {
        const topics = Object.fromEntries(
          Object.entries(choices.topics).filter(([id]) => !asked.topics.includes(Number(id))),
        )
        return { ...choices, topics, stopped: null, channels: { ...choices.channels, email: 'yes' } }
      }
      const had = Object.values(others(before).topics).some(({ answer, basis }) => answer === 'yes' && basis !== null)
      const has = Object.values(others(after).topics).some(({ answer }) => answer === 'yes')
      const gotNothing = before.stopped !== null || before.channels.email !== 'yes'
      if (gotNothing ? has : had && after.pace !== before.pace) return false
      const kept = { ...others(after), pace: before.pace, paceChosen: before.paceChosen }
      return !raises(others(before), kept) && JSON.stringify(after.paused) === JSON.stringify(before.paused)
    }),
  )
})

t.test('a no to email ends only where it is older than what she asked for, and brings nothing else back', async (t) => {
  const before: Choices = { ...notAsked(), topics: { 2: yes }, channels: { email: 'no' }, choseAt: basis.confirmedAt }
  t.match(confirmed(before, asked, when), {
    topics: { 1: { answer: 'yes' }, 2: { answer: 'no' } },
    channels: { email: 'yes' },
  })
  t.equal(confirmed({ ...before, choseAt: askedAt }, asked, when), null)
})

t.test('the order follows from the seed alone', async (t) => {
  const topics = [1, 2, 3, 4, 5].map((id) => ({ id }))
  const order = inOrderOf(topics, asked.seed)
  t.same(inOrderOf(topics.toReversed(), asked.seed), order)
  t.same(
    order.toSorted((a, b) => a.id - b.id),
    topics,
  )
  t.notSame(inOrderOf(topics, 'f'.repeat(16)), order)
})

t.test('only what was kept whole is read again', async (t) => {
  t.same(readSignUp(JSON.parse(JSON.stringify(asked))), asked)
  for (const wrong of [
    null,
    {},
    { ...asked, topics: [] },
    { ...asked, pace: 'x' },
    { ...asked, more: 1 },
    { ...asked, topics: Array.from({ length: 13 }, (_, id) => id + 1) },
  ]) {
    t.equal(readSignUp(wrong), null)
  }
})
