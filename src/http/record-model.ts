import type { HerRecord, RecordCounts, RecordMonth } from '../actions/her-record.ts'
import type { TextKey } from '../domain/catalogue.ts'
import type { Tally } from '../domain/her-record.ts'
import { dayOf, makeLink, type LinkKeys } from '../domain/link-token.ts'
import type { Anchor } from '../form-views.ts'
import type { PreferencesPage } from '../page-views.ts'
import type { RecordPage } from '../record-views.ts'
import { herFrame, sentenceFor, urlOf, type Look } from './her-view.ts'
import { wordsFor, type Words } from './her-words.ts'
import { inSame } from './voice.ts'
import { reasonLines, recordLines, type RecordLinks } from './record-lines.ts'

/** "Since 3 March 2026: 14 emails, all within what you asked; 31 held back because of it." Says *within* only where the record does. */
export function promiseOf(words: Words, since: string, { emails, heldBack, allWithin }: Tally): string {
  const values = { since: words.date(since), emails, held: heldBack }
  if (emails === 0 && heldBack === 0) return words.say('record.promise.none', values)
  return words.say(allWithin && emails > 0 ? 'record.promise.within' : 'record.promise.plain', values)
}

/** The page in her session: numbers first, months newest first, and the emails that no choice stops. */
export function recordPage(look: Look, record: HerRecord, keys: LinkKeys): RecordPage {
  const words = wordsFor(look)
  const { tally, since } = record.counts
  const heading = look.say('record.heading')
  const others = [...record.later, ...record.earlier]
  const notes = [
    tally.unsure > 0 ? look.say('record.unsure', { count: tally.unsure }) : '',
    record.counts.missed.length > 0 ? look.say('record.worked-out') : '',
    record.shown.length === 0 ? look.say('record.nothing') : '',
  ]
  return {
    frame: herFrame(look, heading),
    heading,
    promise: {
      text: promiseOf(words, since, tally),
      note: sentenceFor(look, look.preferences.person.choices),
    },
    figures: figuresOf(words, tally),
    notes: notes.filter((note) => note !== ''),
    months: record.shown.map((month, index) => monthOf(words, record, month, index, linksOf(look, keys))),
    otherMonths:
      others.length === 0
        ? null
        : { heading: look.say('record.months'), links: others.map((month) => monthLink(look, words, month)) },
    service: serviceOf(words, record),
    links: [{ label: look.say('page.seeAll'), url: urlOf(look) }],
  }
}

/** The short version on her own page: the promise, and the reasons with their numbers. Null where there was nothing at all. */
export function recordShort(look: Look, { since, tally, counted, missed }: RecordCounts): PreferencesPage['record'] {
  if (tally.emails + tally.waited + tally.notSent === 0) return null
  const words = wordsFor(look)
  return {
    promise: promiseOf(words, since, tally),
    summary: look.say('record.short'),
    lines: [
      ...figuresOf(words, tally).map(({ label, value }) => words.say('record.figure', { label, value })),
      ...reasonLines(words, counted, missed),
    ],
    link: { label: look.say('record.see'), url: urlOf(look, look.session ? '/sent' : '/fresh') },
  }
}

/** The three numbers that everything adds up to. */
export function figuresOf(words: Words, { emails, waited, notSent }: Tally): RecordPage['figures'] {
  const number = (value: number) => words.number(value)
  return [
    { label: words.say('record.figure.emails'), value: number(emails) },
    { label: words.say('record.figure.waited'), value: number(waited) },
    { label: words.say('record.figure.notSent'), value: number(notSent) },
  ]
}

function monthOf(
  words: Words,
  record: HerRecord,
  month: RecordMonth,
  index: number,
  links: RecordLinks,
): RecordPage['months'][number] {
  const next = record.shown[index - 1]?.start ?? null
  const isHere = ({ at }: { at: string }) => at >= month.start && (next === null || at < next)
  const isLast = index === record.shown.length - 1
  const { emails, waited, notSent } = month.tally
  return {
    heading: words.month(month.name),
    counts: words.say('record.month.counts', { emails, held: waited + notSent }),
    lines: recordLines(words, record.rows.filter(isHere), record.missed.filter(isHere), links),
    more: isLast && record.more > 0 ? words.say('record.month.more', { count: record.more }) : '',
  }
}

function monthLink(look: Look, words: Words, { name, tally }: RecordMonth): Anchor {
  const count = tally.emails + tally.waited + tally.notSent
  return {
    label: words.say('record.months.one', { month: words.month(name), count }),
    url: urlOf(look, `/sent?month=${name}`),
  }
}

/** Each mail's own why page stands behind a link as that mail has it; a message that she missed is there to read for everybody. */
function linksOf(look: Look, keys: LinkKeys): RecordLinks {
  const { person } = look.link
  return {
    why: ({ topic, delivery }) => {
      const topics = topic === null ? [] : [topic]
      const link = { purpose: 'preferences', person, day: dayOf(look.now), topics, delivery, entry: null } as const
      return inSame(look, `/p/${makeLink(keys, link)}/why`)
    },
    read: (message) => inSame(look, `/m/${message}`),
  }
}

const serviceKeys: Readonly<Record<string, TextKey>> = {
  confirmation: 'record.service.confirmation',
  own_link: 'record.service.own_link',
  acknowledgement: 'record.service.acknowledgement',
  receipt: 'record.service.receipt',
  order: 'record.service.order',
  security: 'record.service.security',
  legal: 'record.service.legal',
  staff: 'record.service.staff',
}

function serviceOf(words: Words, { service }: HerRecord): RecordPage['service'] {
  return {
    heading: words.say('record.service.heading'),
    lead: words.say('record.service.lead'),
    rows: service.map(({ kind, count, last }) => {
      const key = serviceKeys[kind]
      return {
        name: key ? words.say(key) : kind,
        value: words.say('record.service.last', { count, date: words.date(last) }),
      }
    }),
    none: words.say('record.service.none'),
  }
}
