import fc from 'fast-check'
import t from 'tap'
import type { ExportEvidence } from '../../src/domain/audience-export.ts'
import { changes, raises } from '../../src/domain/choice-differences.ts'
import { notAsked, type Choices, type TopicAnswer } from '../../src/domain/choices.ts'
import {
  classOf,
  importedChoices,
  rowClasses,
  type ClassedRow,
  type ImportTerms,
  type RowClass,
} from '../../src/domain/imported-choices.ts'
import { arbitraryChoices } from '../support/arbitrary-choices.ts'

const wording = 'a'.repeat(64)
const confirmedAt = '2024-05-06T07:08:09.000Z'
const terms: ImportTerms = {
  wording,
  pace: 'as-it-happens',
  confirmedFrom: null,
  confirmedUntil: null,
  unsubscribedMeans: 'stop',
  wholeAnswer: true,
  at: '2026-11-21T00:00:00.000Z',
}
const nothing: ExportEvidence = {
  optedInAt: null,
  optedInIp: null,
  confirmedAt: null,
  confirmedIp: null,
  lastChangedAt: null,
  leftAt: null,
  campaign: null,
  reason: null,
  reasonText: null,
}
const evidence: ExportEvidence = { ...nothing, confirmedAt, confirmedIp: '203.0.113.5' }

function row(kind: RowClass, more: Partial<ClassedRow> = {}): ClassedRow {
  return {
    class: kind,
    topics: [],
    language: null,
    timeZone: null,
    evidence: kind === 'usable' ? evidence : nothing,
    ...more,
  }
}

const yes: TopicAnswer = {
  answer: 'yes',
  at: confirmedAt,
  entry: 3,
  basis: { evidence: 'attested', wording, confirmedAt },
  pace: null,
}

t.test('only a confirmation with time, address and attested wording makes a row usable', async (t) => {
  t.equal(classOf('subscribed', evidence, terms), 'usable')
  t.equal(classOf('subscribed', { ...evidence, confirmedAt: null }, terms), 'notAsked')
  t.equal(classOf('subscribed', { ...evidence, confirmedIp: null }, terms), 'notAsked')
  t.equal(classOf('subscribed', evidence, { ...terms, wording: null }), 'notAsked')
  t.equal(
    classOf('subscribed', evidence, { ...terms, at: '2024-05-06T07:08:08.000Z' }),
    'notAsked',
    'confirmed in the future',
  )
  t.equal(classOf('subscribed', evidence, { ...terms, confirmedFrom: confirmedAt }), 'usable')
  t.equal(classOf('subscribed', evidence, { ...terms, confirmedUntil: confirmedAt }), 'notAsked')
  t.equal(classOf('unsubscribed', evidence, terms), 'stopped')
  t.equal(classOf('cleaned', evidence, terms), 'suppressed')
})

t.test('of two promised paces the slower one holds, and a pace that she picked stays', async (t) => {
  const paceAfter = (choices: Partial<Choices>, pace: ImportTerms['pace']) =>
    importedChoices({ ...notAsked(), ...choices }, [row('usable', { topics: [1] })], false, { ...terms, pace })
  t.match(paceAfter({}, 'as-it-happens'), {
    choices: { pace: 'as-it-happens', paceChosen: false },
    keptStricter: false,
  })
  t.match(paceAfter({ topics: { 1: yes }, pace: 'as-it-happens' }, 'digest-weekly'), {
    choices: { pace: 'digest-weekly' },
    keptStricter: false,
  })
  t.match(paceAfter({ topics: { 1: yes }, pace: 'digest-monthly' }, 'digest-weekly'), {
    choices: { pace: 'digest-monthly' },
    keptStricter: true,
  })
  t.match(paceAfter({ paceChosen: true, pace: 'digest-weekly' }, 'as-it-happens'), {
    choices: { pace: 'digest-weekly' },
    keptStricter: true,
  })
})

t.test('a yes that waits for her confirmation is not confirmed by an import', async (t) => {
  const pending: TopicAnswer = { ...yes, answer: 'pending', basis: null }
  const { choices, keptStricter } = importedChoices(
    { ...notAsked(), topics: { 1: pending } },
    [row('usable', { topics: [1] })],
    false,
    terms,
  )
  t.same(choices.topics, { 1: pending })
  t.ok(keptStricter)
})

t.test('the time of a stop is never after the import', async (t) => {
  const left = row('stopped', { evidence: { ...nothing, leftAt: '2099-01-01T00:00:00.000Z', reason: 'NORMAL' } })
  t.same(importedChoices(null, [left], false, terms).choices.stopped, { at: terms.at, by: 'import', reason: 'NORMAL' })
})

const rowsOf = fc.subarray([...rowClasses]).chain((kinds) =>
  fc.tuple(
    ...kinds.map((kind) =>
      fc.record({
        class: fc.constant(kind),
        topics: fc.uniqueArray(fc.integer({ min: 1, max: 4 })),
        language: fc.constantFrom(null, 'fr'),
        timeZone: fc.constantFrom(null, 'Asia/Tokyo'),
        evidence: fc.constantFrom(evidence, { ...evidence, leftAt: '2025-01-01T00:00:00.000Z' }),
      }),
    ),
  ),
)

t.test(
  'whatever is stored and whatever the rows say, an import raises nothing of hers, and twice is once',
  async (t) => {
    fc.assert(
      fc.property(
        arbitraryChoices(),
        rowsOf,
        fc.boolean(),
        fc.constantFrom('stop', 'topics'),
        (stored, rows, isSuppressed, unsubscribedMeans) => {
          const run = { ...terms, unsubscribedMeans } as const
          const { choices } = importedChoices(stored, rows, isSuppressed, run)
          const strictest = rows[0]?.class
          const mayRaise = strictest === 'usable' && !isSuppressed && stored.choseAt === null && stored.stopped === null
          if (!mayRaise && raises(stored, choices)) return false
          if (stored.stopped !== null && choices.stopped === null) return false
          for (const [id, before] of Object.entries(stored.topics)) {
            if (before.answer !== 'yes' && choices.topics[id]?.answer === 'yes') return false
          }
          if (stored.channels.email === 'no' && choices.channels.email !== 'no') return false
          const again = importedChoices(choices, rows, isSuppressed, run)
          return changes(choices, again.choices).length === 0
        },
      ),
    )
    t.pass('held for all')
  },
)
