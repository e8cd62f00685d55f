import fc from 'fast-check'
import t from 'tap'
import { notAsked } from '../../src/domain/choices.ts'
import { parseChoices } from '../../src/domain/choices-schema.ts'
import { Problem } from '../../src/domain/problem.ts'
import { arbitraryChoices } from '../support/arbitrary-choices.ts'

t.test('what we write is what we read', async (t) => {
  t.same(parseChoices(JSON.parse(JSON.stringify(notAsked()))), notAsked())
  fc.assert(
    fc.property(arbitraryChoices(), (choices) => {
      const stored: unknown = JSON.parse(JSON.stringify(choices))
      return JSON.stringify(parseChoices(stored)) === JSON.stringify(stored)
    }),
  )
})

t.test('a document with one unreadable part is refused, and the part is named', async (t) => {
  const answer = { answer: 'yes', at: '2026-01-14T09:00:00.000Z', entry: 1, basis: null, pace: null }
  const basis = { evidence: 'seen', wording: 'a'.repeat(64), confirmedAt: '2026-01-14T09:00:00.000Z' }
  const spoilt: [string, object][] = [
    ['pace', { pace: 'hourly' }],
    ['pace', { pace: '32-per-day' }],
    ['paceChosen', { paceChosen: 'yes' }],
    ['topics.1.answer', { topics: { 1: { ...answer, answer: 'maybe' } } }],
    ['topics.1.at', { topics: { 1: { ...answer, at: 'yesterday' } } }],
    ['topics.1.at', { topics: { 1: { ...answer, at: '2026-13-14T09:00:00Z' } } }],
    ['topics.1.basis.evidence', { topics: { 1: { ...answer, basis: { ...basis, evidence: 'rumour' } } } }],
    ['topics.1.basis.wording', { topics: { 1: { ...answer, basis: { ...basis, wording: 'a' } } } }],
    ['topics', { topics: { repairs: answer } }],
    ['channels', { channels: { pigeon: 'yes' } }],
    ['channels.email', { channels: { email: true } }],
    ['paused.until', { paused: { from: '2026-01-14T09:00:00.000Z', until: '' } }],
    ['stopped', { stopped: undefined }],
    ['quiet', { quiet: { from: '08:00', to: '08:00' } }],
    ['quiet.to', { quiet: { from: '08:00', to: '24:00' } }],
    ['unsubscribed', { unsubscribed: false }],
  ]
  for (const [part, change] of spoilt) {
    const refuse = () => parseChoices({ ...notAsked(), ...change })
    t.throws(
      refuse,
      { code: 'invalid-input', message: new RegExp(`cannot be read, so nothing is sent:[^]*${part}`) },
      part,
    )
  }
  for (const nothing of [null, undefined, '', [], 3]) t.throws(() => parseChoices(nothing), Problem)
})
