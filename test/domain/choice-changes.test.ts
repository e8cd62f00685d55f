import fc from 'fast-check'
import t from 'tap'
import {
  oneClick,
  pauseUntil,
  resume,
  saveForm,
  slowDown,
  stopEverything,
  stopTopics,
} from '../../src/domain/choice-changes.ts'
import type { SaveForm } from '../../src/domain/choice-changes.ts'
import { changes, entryKindOf, raises, stampEntry, topicsConcerned, undo } from '../../src/domain/choice-differences.ts'
import { channels, notAsked } from '../../src/domain/choices.ts'
import type { Choices, TopicAnswer } from '../../src/domain/choices.ts'
import { judge } from '../../src/domain/gate.ts'
import { unnamedBrand } from '../../src/domain/brand.ts'
import {
  arbitraryBrand,
  arbitraryChoices,
  arbitraryInstant,
  arbitraryLowering,
  arbitraryPace,
  someTopics,
  someWording,
} from '../support/arbitrary-choices.ts'

const at = '2026-11-21T10:00:00.000Z'
const earlier = '2026-03-03T09:00:00.000Z'
const days = (count: number) => new Date(Date.parse(at) + count * 86_400_000).toISOString()
const wording = 'c'.repeat(64)
const basis = { evidence: 'attested', wording: someWording, confirmedAt: earlier } as const
const yes: TopicAnswer = { answer: 'yes', at: earlier, entry: 3, basis, pace: null }
const no: TopicAnswer = { answer: 'no', at: earlier, entry: 3, basis: null, pace: null }

/** Imported with two topics, never chose anything herself. */
const imported: Choices = {
  ...notAsked(),
  topics: { 1: yes, 2: yes, 3: no },
  pace: 'digest-weekly',
  channels: { email: 'yes' },
}
/** The same, after she once saved her page. */
const chose: Choices = { ...imported, paceChosen: true, choseAt: earlier }

/** The form as her page shows it, filled with what stands there. */
const formOf = (choices: Choices, change: Partial<SaveForm> = {}): SaveForm => ({
  shown: [1, 2, 3, 4],
  topics: new Set([1, 2, 3, 4].filter((id) => choices.topics[id]?.answer === 'yes')),
  pace: choices.pace,
  topicPaces: new Map(),
  channelsShown: ['email'],
  channels: new Set(channels.filter((channel) => choices.channels[channel] === 'yes')),
  ...change,
})
const save = { wording, at }

t.test('a stop stands from its first moment, with who and why', async (t) => {
  const stopped = stopEverything(chose, at, 'herself', 'too many')
  t.same(stopped, { ...chose, stopped: { at, by: 'herself', reason: 'too many' }, choseAt: at })
  t.equal(stopEverything(stopped, days(1), 'herself', null), stopped, 'the same again changes nothing')
  t.equal(stopEverything(stopped, days(1), 'import', null), stopped, 'nor does an import')
  const phoned = stopEverything(stopped, days(1), 'staff', 'phoned')
  t.same(phoned.stopped, { at: days(1), by: 'staff', reason: 'phoned' }, 'but another way of stopping is told')
  t.equal(undo(phoned, chose, stopped), null, 'and undoing the first leaves it in force')
  t.equal(stopEverything(imported, at, 'staff', null).choseAt, null, 'what staff noted is not her own choosing')
})

t.test('a pause lasts at least as long as the one that runs', async (t) => {
  const paused = pauseUntil(chose, days(30), at)
  t.same(paused.paused, { from: at, until: days(30) })
  t.equal(pauseUntil(paused, days(10), days(1)), paused, 'a shorter one changes nothing')
  t.same(pauseUntil(paused, days(90), days(1)).paused, { from: at, until: days(90) }, 'a longer one goes on')
  t.same(pauseUntil(paused, days(90), days(40)).paused, { from: days(40), until: days(90) }, 'after it, a new one')
  t.equal(resume(paused).paused, null)
  t.equal(resume(chose), chose)
})

t.test('slowing down makes the pace slower, never faster, and takes faster topics with it', async (t) => {
  const mixed: Choices = {
    ...imported,
    topics: { 1: { ...yes, pace: 'as-it-happens' }, 2: { ...yes, pace: 'digest-monthly' }, 3: no },
  }
  const slower = slowDown(mixed, 'digest-monthly')
  t.equal(slower.pace, 'digest-monthly')
  t.equal(slower.paceChosen, true)
  t.equal(slower.topics[1]?.pace, null)
  t.equal(slower.topics[2]?.pace, 'digest-monthly')
  t.equal(slowDown(slower, 'digest-weekly').pace, 'digest-monthly')
})

t.test('a no to a topic leaves the others, and keeps an older no', async (t) => {
  t.same(stopTopics(chose, [1, 3], at).topics, { 1: { ...no, at, entry: 0 }, 2: yes, 3: no })
  t.same(stopTopics(chose, [9], at).topics[9], { ...no, at, entry: 0 }, 'also where she was never asked')
  t.equal(stopTopics(chose, [3], at), chose)
})

t.test('one click turns off the topics of that mail', async (t) => {
  const clicked = oneClick(chose, { delivery: 'd1', topics: [1] }, at)
  t.same(clicked, {
    ...chose,
    topics: { ...chose.topics, 1: { ...no, at, entry: 0 } },
    oneClick: { delivery: 'd1', at },
  })
  const digest = oneClick(chose, { delivery: 'd1', topics: [1, 2] }, at)
  t.same([digest?.topics[1]?.answer, digest?.topics[2]?.answer, digest?.stopped], ['no', 'no', null])
})

t.test('the same one-click again changes nothing, unless she took the topic back in between', async (t) => {
  const clicked = oneClick(chose, { delivery: 'd1', topics: [1] }, at)!
  t.equal(oneClick(clicked, { delivery: 'd1', topics: [1] }, days(1)), null)
  const raised = saveForm(clicked, formOf(clicked, { topics: new Set([1, 2]) }), { wording, at: days(1) })
  const again = oneClick(raised, { delivery: 'd1', topics: [1] }, days(2))
  t.same([again?.topics[1]?.answer, again?.stopped], ['no', null])
})

t.test('one click stops everything for somebody who never made choices herself', async (t) => {
  const clicked = oneClick(imported, { delivery: 'd1', topics: [1] }, at)
  t.same(clicked?.stopped, { at, by: 'one-click', reason: null })
  t.same(clicked?.topics, imported.topics)
  t.equal(oneClick(clicked!, { delivery: 'd2', topics: [2] }, days(1)), null, 'and then there is nothing left to stop')
})

t.test('one click on another delivery within 90 days stops everything', async (t) => {
  const clicked = oneClick(chose, { delivery: 'd1', topics: [1] }, at)!
  t.equal(oneClick(clicked, { delivery: 'd2', topics: [2] }, days(89.9))?.stopped?.by, 'one-click')
  t.equal(oneClick(clicked, { delivery: 'd2', topics: [2] }, days(90))?.stopped, null)
  const unreadable: Choices = { ...clicked, oneClick: { delivery: 'd1', at: 'once' } }
  t.equal(oneClick(unreadable, { delivery: 'd2', topics: [2] }, days(400))?.stopped?.by, 'one-click')
})

t.test(
  'one click on a mail that names no topic stops everything; on a topic that is off already, nothing',
  async (t) => {
    t.equal(oneClick(chose, { delivery: 'd1', topics: [] }, at)?.stopped?.by, 'one-click')
    t.equal(oneClick(chose, { delivery: 'd1', topics: [3] }, at), null)
  },
)

t.test('a ticked topic becomes a yes under the wording of the form; one that was a yes keeps its basis', async (t) => {
  const saved = saveForm(chose, formOf(chose, { topics: new Set([1, 2, 4]) }), save)
  t.same(saved.topics[4], {
    answer: 'yes',
    at,
    entry: 0,
    basis: { evidence: 'seen', wording, confirmedAt: at },
    pace: null,
  })
  t.same(saved.topics[1], yes)
  t.equal(saved.choseAt, at)
})

t.test('an unticked topic becomes a no, also one she was never asked about', async (t) => {
  const saved = saveForm(chose, formOf(chose, { topics: new Set([2]) }), save)
  t.same(saved.topics, { 1: { ...no, at, entry: 0 }, 2: yes, 3: no, 4: { ...no, at, entry: 0 } })
})

t.test('what the form did not show stays as it was', async (t) => {
  const before: Choices = {
    ...chose,
    channels: { email: 'yes', post: 'yes' },
    language: 'cy',
    timeZone: 'Europe/London',
  }
  const saved = saveForm(before, formOf(before, { shown: [1], topics: new Set([1]), channels: new Set() }), save)
  t.same(saved.topics, before.topics)
  t.same(saved.channels, { email: 'no', post: 'yes' })
  t.same([saved.language, saved.timeZone], ['cy', 'Europe/London'])
  const told = saveForm(before, formOf(before, { language: 'en', timeZone: null }), save)
  t.same([told.language, told.timeZone], ['en', null])
})

t.test('what she had asked for and now ticks on her own page is confirmed', async (t) => {
  const pending: Choices = { ...chose, topics: { 1: { ...yes, answer: 'pending', basis: null } } }
  const saved = saveForm(pending, formOf(pending, { topics: new Set([1]) }), save)
  t.same(saved.topics[1], {
    answer: 'yes',
    at,
    entry: 0,
    basis: { evidence: 'seen', wording, confirmedAt: at },
    pace: null,
  })
})

t.test('a topic may have its own pace, and lose it again', async (t) => {
  const own = saveForm(chose, formOf(chose, { topicPaces: new Map([[1, 'as-it-happens' as const]]) }), save)
  t.same(own.topics[1], { ...yes, at, pace: 'as-it-happens' })
  t.equal(saveForm(own, formOf(own), save).topics[1]?.pace, 'as-it-happens', 'a form without the question leaves it')
  t.equal(saveForm(own, formOf(own, { topicPaces: new Map([[1, null]]) }), save).topics[1]?.pace, null)
})

t.test('saving makes the pace hers, and saving the same again changes nothing', async (t) => {
  const saved = saveForm(imported, formOf(imported), save)
  t.equal(saved.paceChosen, true)
  t.equal(saved.choseAt, at)
  t.equal(saveForm(saved, formOf(saved), { wording, at: days(1) }), saved)
})

t.test('saving with a topic ticked ends a stop; without one the stop stays; a pause stays', async (t) => {
  const stopped = pauseUntil(stopEverything(chose, earlier, 'herself', null), days(30), at)
  t.equal(saveForm(stopped, formOf(stopped), save).stopped, null)
  t.same(saveForm(stopped, formOf(stopped), save).paused, stopped.paused)
  t.same(saveForm(stopped, formOf(stopped, { topics: new Set() }), save).stopped, stopped.stopped)
})

t.test('what changed is listed field by field', async (t) => {
  const form = formOf(chose, { topics: new Set([1, 4]), pace: 'digest-monthly', channels: new Set() })
  const saved = saveForm(chose, form, save)
  t.same(changes(chose, saved), ['topics.2', 'topics.4', 'pace', 'channels.email', 'choseAt'])
  t.same(topicsConcerned(chose, saved), [2, 4])
  t.same(changes(chose, stopEverything(chose, at, 'staff', null)), ['stopped'])
  t.same(
    changes(chose, { ...chose, topics: { ...chose.topics, 1: { ...yes, entry: 9 } } }),
    [],
    'a number of an entry is no change',
  )
})

t.test('topics are listed as numbers, not as text', async (t) => {
  const many = stopTopics(notAsked(), [10, 9, 2], at)
  t.same(topicsConcerned(notAsked(), many), [2, 9, 10])
})

t.test('the entry is stamped on the answers that changed, and on no other', async (t) => {
  const stamped = stampEntry(chose, stopTopics(chose, [1], at), 42)
  t.same([stamped.topics[1]?.entry, stamped.topics[2]?.entry], [42, 3])
})

t.test('each way of allowing more is a raise', async (t) => {
  const open: Choices = { ...chose, pace: '2-per-week', quiet: { from: '22:00', to: '08:00' } }
  const raised: Record<string, Choices> = {
    'a new topic': saveForm(open, formOf(open, { topics: new Set([1, 2, 4]) }), save),
    'a topic taken back': saveForm(open, formOf(open, { topics: new Set([1, 2, 3]) }), save),
    'a faster pace': { ...open, pace: '3-per-week' },
    'a faster pace for one topic': { ...open, topics: { ...open.topics, 1: { ...yes, pace: 'as-it-happens' } } },
    'a topic outside the overall limit': { ...open, topics: { ...open.topics, 1: { ...yes, pace: '1-per-month' } } },
    'a channel': { ...open, channels: { email: 'yes', post: 'yes' } },
    'no quiet hours': { ...open, quiet: null },
    'other quiet hours': { ...open, quiet: { from: '22:00', to: '07:00' } },
  }
  for (const [name, after] of Object.entries(raised)) t.ok(raises(open, after), name)
  t.ok(raises(stopEverything(open, at, 'herself', null), open), 'an end of the stop')
  t.ok(raises(pauseUntil(open, days(30), at), open), 'an end of the pause')
  t.ok(raises(pauseUntil(open, days(30), at), pauseUntil(open, days(10), at)), 'an earlier end of the pause')
  t.ok(
    raises({ ...open, topics: { 1: { ...yes, basis: null } } }, { ...open, topics: { 1: yes } }),
    'a basis where there was none',
  )
})

t.test('no lowering is a raise', async () => {
  const now = new Date(at)
  fc.assert(
    fc.property(
      arbitraryChoices(),
      arbitraryLowering(now),
      (choices, lowering) => !raises(choices, lowering.apply(choices)),
    ),
    { numRuns: 2000 },
  )
})

t.test('what comes at all only after a change is a raise', async () => {
  const now = new Date(at)
  fc.assert(
    fc.property(arbitraryChoices(), arbitraryChoices(), arbitraryBrand(), (one, other, brand) => {
      const after = { ...other, topics: withBasisOf(one, other) }
      const verdictOn = (choices: Choices, topic: number) =>
        judge(
          { kind: 'topic', topic, channel: 'email', languages: null, usefulUntil: null },
          { choices, recent: [], suppressions: [] },
          { brand, wordings: new Set([someWording]) },
          now,
        ).kind
      const comes = someTopics.some(({ id }) => verdictOn(one, id) === 'never' && verdictOn(after, id) !== 'never')
      return !comes || raises(one, after)
    }),
    { numRuns: 2000 },
  )
})

function withBasisOf(one: Choices, other: Choices): Choices['topics'] {
  return Object.fromEntries(
    Object.entries(other.topics).map(([id, said]) => [id, { ...said, basis: one.topics[id]?.basis ?? said.basis }]),
  )
}

t.test('what an entry says of a change', async (t) => {
  t.equal(entryKindOf(chose, stopEverything(chose, at, 'herself', null)), 'withdrawn')
  t.equal(entryKindOf(stopEverything(chose, at, 'herself', null), chose), 'given')
  t.equal(entryKindOf(chose, stopTopics(chose, [1], at)), 'withdrawn')
  t.equal(entryKindOf(chose, saveForm(chose, formOf(chose, { topics: new Set([1, 2, 4]) }), save)), 'given')
  t.equal(entryKindOf(chose, saveForm(chose, formOf(chose, { topics: new Set([1, 4]) }), save)), 'changed')
  t.equal(entryKindOf(chose, slowDown(chose, 'digest-monthly')), 'changed')
  t.equal(entryKindOf(chose, pauseUntil(chose, days(30), at)), 'paused')
  t.equal(entryKindOf(pauseUntil(chose, days(30), at), chose), 'resumed')
})

t.test('an undo puts back exactly what was', async () => {
  fc.assert(
    fc.property(arbitraryChoices(), arbitraryForm(), arbitraryInstant(), (before, form, when) => {
      const saved = saveForm(before, form, { wording, at: when.toISOString() })
      const after = stampEntry(before, saved, 99)
      const undone = undo(after, before, after)
      if (changes(before, saved).every((field) => field === 'choseAt')) return undone === null
      return undone !== null && JSON.stringify(sorted(undone)) === JSON.stringify(sorted(before))
    }),
    { numRuns: 1000 },
  )
})

t.test('an undo of any lowering puts back exactly what was', async () => {
  fc.assert(
    fc.property(arbitraryChoices(), arbitraryLowering(new Date(at)), (before, lowering) => {
      const after = stampEntry(before, lowering.apply(before), 99)
      const undone = undo(after, before, after)
      return undone === null ? changes(before, after).length === 0 : changes(before, undone).length === 0
    }),
    { numRuns: 1000 },
  )
})

t.test('an undo leaves what was changed again since then', async (t) => {
  const saved = saveForm(chose, formOf(chose, { topics: new Set([4]), pace: 'as-it-happens' }), save)
  const later = { ...stopTopics(saved, [4], days(1)), choseAt: days(1) }
  const undone = undo(later, chose, saved)
  t.same(undone?.topics, { 1: yes, 2: yes, 3: no, 4: { ...no, at: days(1), entry: 0 } })
  t.equal(undone?.pace, 'digest-weekly')
  t.equal(undone?.choseAt, days(1))
  t.equal(undo(undone!, chose, saved), null, 'a second undo finds nothing left')
})

t.test('an undo does not bring back a topic through a change back and forth', async (t) => {
  const off = oneClick(chose, { delivery: 'd1', topics: [1] }, at)!
  const on = saveForm(off, formOf(off, { topics: new Set([1, 2]) }), { wording, at: days(0.1) })
  const offAgain = stopTopics(on, [1], days(0.2))
  t.equal(undo(offAgain, chose, off), null)
})

const arbitraryForm = (): fc.Arbitrary<SaveForm> =>
  fc.record({
    shown: fc.subarray([1, 2, 3, 4, 5, 6]),
    topics: fc.subarray([1, 2, 3, 4, 5, 6]).map((ids) => new Set(ids)),
    pace: arbitraryPace(),
    topicPaces: fc
      .array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.option(arbitraryPace())))
      .map((own) => new Map(own)),
    channelsShown: fc.subarray([...channels]),
    channels: fc.subarray([...channels]).map((ticked) => new Set(ticked)),
  })

function sorted(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

t.test('no change alters the choices it is given', async () => {
  fc.assert(
    fc.property(arbitraryChoices(), arbitraryChoices(), arbitraryForm(), (choices, other, form) => {
      const before = JSON.stringify([choices, other])
      stopEverything(choices, at, 'herself', null)
      pauseUntil(choices, days(3), at)
      resume(choices)
      slowDown(choices, 'digest-monthly')
      stopTopics(choices, [1, 2], at)
      oneClick(choices, { delivery: 'd', topics: [1] }, at)
      stampEntry(choices, saveForm(choices, form, save), 5)
      undo(choices, other, choices)
      return JSON.stringify([choices, other]) === before
    }),
  )
})

t.test('after one click nothing about the topics of that mail goes out', async () => {
  fc.assert(
    fc.property(arbitraryChoices(), fc.subarray([1, 2, 3], { minLength: 1 }), (choices, topics) => {
      const after = oneClick(choices, { delivery: 'a delivery', topics }, at) ?? choices
      const rules = { brand: unnamedBrand, wordings: new Set([someWording]) }
      return topics.every(
        (topic) =>
          judge(
            { kind: 'topic', topic, channel: 'email', languages: null, usefulUntil: null },
            { choices: after, recent: [], suppressions: [] },
            rules,
            new Date(at),
          ).kind === 'never',
      )
    }),
  )
})
