import fc from 'fast-check'
import t from 'tap'
import type { ExportEvidence } from '../../src/domain/export-formats.ts'
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
import { saveForm, stopEverything } from '../../src/domain/choice-changes.ts'
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
  needsIp: true,
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

t.test('a stop is left out only for a yes that she gave to us after it', async (t) => {
  const at = '2025-06-01T00:00:00.000Z'
  const later = '2025-06-01T00:00:00.001Z'
  const stop = row('stopped', { evidence: { ...nothing, leftAt: at } })
  const seen = (given: string): TopicAnswer => ({
    ...yes,
    at: given,
    basis: { evidence: 'seen', wording, confirmedAt: given },
  })
  const attested = { evidence: 'attested', wording, confirmedAt: later } as const
  const form = { shown: [1], pace: 'as-it-happens', channelsShown: [], channels: new Set<never>() } as const
  const save = (choices: Choices, topics: number[], pace: TopicAnswer['pace'] = null) =>
    saveForm(choices, { ...form, topics: new Set(topics), topicPaces: new Map([[1, pace]]) }, { wording, at: later })
  const before = (answer: TopicAnswer): Choices => ({ ...notAsked(), topics: { 1: answer }, choseAt: later })
  const cases: [string, Choices, boolean][] = [
    ['a yes given after it', save(notAsked(), [1]), true],
    ['a yes given at that moment', before(seen(at)), false],
    ['a yes that somebody else attests', before({ ...yes, at: later, basis: attested }), false],
    ['a yes that waits for her confirmation', before({ ...seen(later), answer: 'pending' }), false],
    ['an older yes at a slower pace since', save(before(seen(confirmedAt)), [1], 'digest-monthly'), false],
    ['a no since', save(before(seen(confirmedAt)), []), false],
    ['a pause since', { ...before(seen(confirmedAt)), paused: { from: later, until: terms.at } }, false],
  ]
  for (const [what, choices, stays] of cases) {
    const imported = importedChoices(choices, [stop], false, terms)
    t.equal(imported.choices.stopped === null, stays, what)
    t.equal(imported.choseSince, stays, what)
  }
  const stoppedHere = stopEverything(before(seen(later)), later, 'herself', null)
  t.match(importedChoices(stoppedHere, [stop], false, terms), { choices: stoppedHere, choseSince: false })
  const both = { ...notAsked(), topics: { 1: seen(later), 2: seen(confirmedAt) } }
  t.match(
    importedChoices(both, [{ ...stop, topics: [1, 2] }], false, { ...terms, unsubscribedMeans: 'topics' }),
    { choices: { topics: { 1: { answer: 'yes' }, 2: { answer: 'no', at } } }, choseSince: true },
    'of topics only those that she gave a yes since',
  )
})

t.test('what one stop takes away is no reason to leave another one out', async (t) => {
  const given = '2025-06-01T00:00:00.000Z'
  const seen: TopicAnswer = { ...yes, basis: { evidence: 'seen', wording, confirmedAt: given } }
  const left = (leftAt: string, topics: number[]) => row('stopped', { topics, evidence: { ...nothing, leftAt } })
  const rows = [left('2025-05-01T00:00:00.000Z', []), left('2025-07-01T00:00:00.000Z', [1])]
  const run = { ...terms, unsubscribedMeans: 'topics' } as const
  const imported = importedChoices({ ...notAsked(), topics: { 1: seen } }, rows, false, run)
  t.match(imported, { choices: { stopped: { by: 'import' }, topics: { 1: { answer: 'no' } } }, choseSince: false })
})

t.test('a topic that she took off where she confirmed it is a no, and no pace gets faster by it', async (t) => {
  const stored: Choices = { ...notAsked(), topics: { 1: yes, 2: yes }, pace: 'digest-weekly' }
  const changed = '2025-01-01T00:00:00.000Z'
  const after = (lastChangedAt: string | null, topics: number[]) =>
    importedChoices(stored, [row('usable', { topics, evidence: { ...evidence, lastChangedAt } })], false, terms).choices
  t.match(after(changed, [1]).topics, { 1: yes, 2: { answer: 'no', at: changed, basis: null } })
  t.match(after(null, [1]).topics, { 2: { answer: 'no', at: terms.at } })
  t.match(after('2099-01-01T00:00:00.000Z', [1]).topics, { 2: { answer: 'no', at: terms.at } })
  const none = after(changed, [])
  t.match(none, { topics: { 1: { answer: 'no' }, 2: { answer: 'no' } }, pace: 'digest-weekly' })
  t.same(importedChoices(none, [row('usable')], false, terms).choices, none, 'the same again changes nothing')
})

/** Her rows, strictest first: one of a class, of stops up to three. */
const rowsOf = fc.tuple(fc.subarray([...rowClasses]), fc.integer({ min: 1, max: 3 })).chain(([classes, stops]) => {
  const kinds = classes.flatMap((kind) => Array.from({ length: kind === 'stopped' ? stops : 1 }, () => kind))
  return fc.tuple(
    ...kinds.map((kind) =>
      fc.record({
        class: fc.constant(kind),
        topics: fc.uniqueArray(fc.integer({ min: 1, max: 4 })),
        language: fc.constantFrom(null, 'fr'),
        timeZone: fc.constantFrom(null, 'Asia/Tokyo'),
        evidence: fc.constantFrom(
          evidence,
          { ...evidence, leftAt: '2025-01-01T00:00:00.000Z' },
          { ...evidence, leftAt: '2026-09-01T00:00:00.000Z' },
        ),
      }),
    ),
  )
})

/** Choices whose every yes is attested by the confirmation that the rows hold. */
function fromThisConfirmation(choices: Choices): Choices {
  const topics = Object.entries(choices.topics).map(([id, answer]) => [id, answer.answer === 'yes' ? yes : answer])
  return { ...choices, topics: Object.fromEntries(topics) }
}

t.test(
  'whatever is stored and whatever the rows say, an import raises nothing of hers, and twice is once',
  async (t) => {
    fc.assert(
      fc.property(
        fc.oneof(arbitraryChoices(), arbitraryChoices().map(fromThisConfirmation)),
        rowsOf,
        fc.boolean(),
        fc.constantFrom('stop', 'topics'),
        (stored, rows, isSuppressed, unsubscribedMeans) => {
          const run = { ...terms, unsubscribedMeans } as const
          const { choices, choseSince } = importedChoices(stored, rows, isSuppressed, run)
          const strictest = rows[0]?.class
          const mayRaise = strictest === 'usable' && !isSuppressed && stored.choseAt === null && stored.stopped === null
          if (!mayRaise && raises(stored, choices)) return false
          if (stored.stopped !== null && choices.stopped === null) return false
          for (const [id, before] of Object.entries(stored.topics)) {
            if (before.answer !== 'yes' && choices.topics[id]?.answer === 'yes') return false
          }
          if (stored.channels.email === 'no' && choices.channels.email !== 'no') return false
          const again = importedChoices(choices, rows, isSuppressed, run)
          return changes(choices, again.choices).length === 0 && again.choseSince === choseSince
        },
      ),
    )
    t.pass('held for all')
  },
)
