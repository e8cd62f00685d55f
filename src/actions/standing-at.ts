import type { Choices, TopicAnswer } from '../domain/choices.ts'
import { happeningIn } from '../domain/happening.ts'
import { tell } from '../domain/history-sentence.ts'
import type { EntryKind } from '../domain/ledger-entry.ts'
import { zoneFor } from '../domain/calendar.ts'
import { formIn, evidenceIn, type FormEvidence } from '../domain/form-evidence.ts'
import { rulesAt } from '../domain/past-rules.ts'
import { Problem } from '../domain/problem.ts'
import { sentenceAt } from '../domain/receipt.ts'
import type { Topic } from '../domain/topic.ts'
import { staffLanguage } from '../domain/staff-catalogue.ts'
import { entryAbout, type HerEntry } from '../store/her-history.ts'
import { choicesHistory } from '../store/history.ts'
import { instantNow } from '../store/instant.ts'
import { pastRules } from '../store/past-rules.ts'
import { allTopics } from '../store/topics.ts'
import type { House } from './house.ts'
import { whoIsMeant, type Who } from './replay.ts'

/**
 * What she had said about one topic. `entry` records it; `wording` is the text that her yes rests on, and `evidence`
 * whether we showed her that (`seen`) or somebody declares that another system did (`attested`). Times are ISO.
 */
export type AnswerThen = {
  topic: string
  name: string
  answer: TopicAnswer['answer']
  entry: number
  at: string
  confirmedAt: string | null
  evidence: 'seen' | 'attested' | null
  wording: string | null
}

/**
 * What held for her at an instant. `entry` is the newest that had changed her choices by then, of the time `recordedAt`,
 * under the text `wording`, which was `seen` by her or is `attested`, null where she was shown none. `did` are the words
 * of her history for it, `way` how it came, `form` what stood on the form and what she ticked, `details` all else that
 * its payload says of how. `next` is the entry that changed them after the instant. Times are ISO.
 */
export type StandingAt = {
  address: string
  person: string
  at: string
  timeZone: string
  sentence: string
  choices: Choices
  entry: number
  recordedAt: string
  kind: EntryKind
  wording: string | null
  evidence: 'seen' | 'attested' | null
  did: string[]
  way: string | null
  form: FormEvidence | null
  details: unknown
  answers: AnswerThen[]
  next: { entry: number; at: string; kind: EntryKind; did: string[] } | null
}

/** The answer, or why there is none: her record was erased, or began only later. */
export type StandingThen =
  | { kind: 'standing'; standing: StandingAt }
  | { kind: 'could not check'; reason: 'erased' | 'not known yet' }

/**
 * What somebody had agreed to at a past instant, what she saw and what she did, from the record alone, in a handful of
 * reads of one moment. Changes within the same millisecond count as made before.
 * @throws Problem `not-found` for an unknown address, `invalid-input` for an instant that is none or lies ahead.
 */
export async function standingAt(house: House, who: Who, at: Date): Promise<StandingThen> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const now = await instantNow(tx)
    if (!(at.getTime() <= now.getTime())) {
      throw new Problem('invalid-input', `only what is past is recorded: up to ${now.toISOString()}`)
    }
    const person = await whoIsMeant(house, tx, who)
    if (!person) return { kind: 'could not check', reason: 'erased' }
    const all = await choicesHistory(tx, person.id)
    if (all.at(-1)?.entry !== person.entry) return { kind: 'could not check', reason: 'erased' }
    const index = all.findLastIndex((change) => Date.parse(change.at) <= at.getTime())
    const [resting, after] = [all[index], all[index + 1]]
    if (!resting) return { kind: 'could not check', reason: 'not known yet' }
    const [entry, next, topics, rules] = await Promise.all([
      entryAbout(tx, person.id, resting.entry),
      after ? entryAbout(tx, person.id, after.entry) : null,
      allTopics(tx),
      pastRules(tx, person.address?.fingerprint ?? null),
    ])
    if (!entry) return { kind: 'could not check', reason: 'erased' }
    const { choices } = resting
    const { brand } = rulesAt(rules, at.toISOString())
    const zone = zoneFor(choices.timeZone, brand)
    const address = person.address?.spelling ?? ''
    const context = { locale: staffLanguage(), zone, brand: brand.name, topics, address, rules }
    const told = (one: HerEntry) => tell(happeningIn(one.entry.kind, one.payload, one.mail), context).did
    const { way, details } = evidenceIn(entry.payload)
    return {
      kind: 'standing',
      standing: {
        address,
        person: person.id,
        at: at.toISOString(),
        timeZone: zone,
        sentence: sentenceAt(choices, at.toISOString(), context),
        choices,
        entry: entry.number,
        recordedAt: entry.entry.at.toISOString(),
        kind: entry.entry.kind,
        wording: entry.entry.wording,
        evidence: howKnown(entry),
        did: told(entry),
        way,
        form: formIn(entry.payload),
        details,
        answers: answersThen(choices, topics),
        next: next && {
          entry: next.number,
          at: next.entry.at.toISOString(),
          kind: next.entry.kind,
          did: told(next),
        },
      },
    }
  })
}

/** An import names a text that another system showed and somebody attests; every other entry names one that we showed. */
function howKnown({ entry }: HerEntry): 'seen' | 'attested' | null {
  if (entry.wording === null) return null
  return entry.kind === 'imported' ? 'attested' : 'seen'
}

function answersThen(choices: Choices, topics: readonly Topic[]): AnswerThen[] {
  return topics.flatMap(({ id, slug, name }) => {
    const said = choices.topics[id]
    if (!said) return []
    const { answer, entry, at, basis } = said
    const { confirmedAt = null, evidence = null, wording = null } = basis ?? {}
    return [{ topic: slug, name, answer, entry, at, confirmedAt, evidence, wording }]
  })
}
