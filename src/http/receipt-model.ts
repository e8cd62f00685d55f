import type { HistoryPart, Receipt } from '../actions/her-history.ts'
import { maskedAddress } from '../domain/address.ts'
import { zoneFor } from '../domain/calendar.ts'
import { happeningIn } from '../domain/happening.ts'
import { tell } from '../domain/history-sentence.ts'
import { dayOf, makeLink, type LinkKeys } from '../domain/link-token.ts'
import type { Language } from '../domain/language.ts'
import { topicIn } from '../domain/topic.ts'
import { committedText, proofText, receiptText } from '../domain/receipt.ts'
import type { HistoryLine, HistoryPage, ReceiptBody } from '../record-views.ts'
import type { HerEntry } from '../store/her-history.ts'
import { herFrame, urlOf, type Look } from './her-view.ts'
import { inSame } from './voice.ts'
import { wordsFor, wordsIn, type Words } from './her-words.ts'

/** The address of a receipt: signed, so that nobody guesses one, and the same for ever. */
export function receiptUrl(keys: LinkKeys, person: string, entry: number, now: Date): string {
  const day = dayOf(now)
  return `/receipt/${makeLink(keys, { purpose: 'receipt', person, day, topics: [], delivery: null, entry })}`
}

/** Where a receipt leads: to a frozen text, seen from there, and to the page that checks it, wherever it is kept. */
export type ReceiptUrls = { wording(hash: string): string; verify: string }

/** A receipt in words, the same on its page and in her download. */
export function receiptBody(receipt: Receipt, language: Language, urls: ReceiptUrls): ReceiptBody {
  const { person, brand, rules, entry, proven, key } = receipt
  const topics = receipt.topics.map((topic) => topicIn(topic, language))
  const zone = zoneFor(person.choices.timeZone, brand)
  const words = wordsIn(language, zone, topics)
  const address = person.address?.spelling ?? ''
  const happening = happeningIn(entry.entry.kind, entry.payload, entry.mail)
  const context = { locale: language, zone, brand: brand.name, topics, address, rules }
  const { did, from, before, after, at, wording } = receiptText(entry.entry, happening, context)
  const parts = [
    { step: words.say('receipt.proof.step.line'), text: entry.body, more: '' },
    {
      step: words.say('receipt.proof.step.payload'),
      text: committedText(entry),
      more: words.say('receipt.proof.salt', { salt: entry.salt }),
    },
  ]
  if (proven)
    parts.push({ step: words.say('receipt.proof.step.path'), text: proofText(entry.number, proven), more: '' })
  return {
    heading: words.say('receipt.heading', { number: entry.number }),
    of: words.say('receipt.for', { brand: brand.name, address: maskedAddress(address) }),
    did,
    before: before === null ? null : { label: words.say('receipt.before'), text: before },
    after: after === null ? null : { label: words.say('receipt.after'), text: after },
    facts: [
      fact(words.say('receipt.when'), words.say('receipt.utc', { local: momentOf(words, at), utc: at })),
      ...(from === '' ? [] : [fact(words.say('receipt.how'), from)]),
      ...(wording === null ? [] : [fact(words.say('receipt.wording'), wording, urls.wording(wording), true)]),
      fact(words.say('receipt.number'), String(entry.number)),
      fact(words.say('receipt.leaf'), entry.leaf, null, true),
    ],
    print: words.say('receipt.print'),
    proof: {
      heading: words.say('receipt.proof'),
      lead: words.say('receipt.proof.lead'),
      missing: proven ? '' : words.say('receipt.proof.missing'),
      check: proven ? { label: words.say('receipt.proof.page'), url: urls.verify } : null,
      parts: [...parts, { step: words.say('receipt.proof.step.key'), text: key, more: '' }],
    },
  }
}

/** Everything that happened, newest first, in her session. */
export function historyPage(look: Look, { entries, older }: HistoryPart, keys: LinkKeys): HistoryPage {
  const words = wordsFor(look)
  const { brand, topics } = look.preferences
  const heading = look.say('history.heading')
  const links = (entry: HerEntry) => ({
    receipt: inSame(look, receiptUrl(keys, look.link.person, entry.number, look.now)),
    wording: (hash: string) => inSame(look, `/wording/${hash}`),
  })
  return {
    frame: herFrame(look, heading),
    heading,
    lead: look.say('history.lead'),
    lines: entries.map((entry) => historyLine(words, entry, { brand: brand.name, topics }, links(entry))),
    empty: look.say('history.empty'),
    links: [
      ...(older === null ? [] : [{ label: look.say('history.older'), url: urlOf(look, `/history?before=${older}`) }]),
      { label: look.say('page.seeAll'), url: urlOf(look) },
    ],
  }
}

/** One entry as her history tells it, with the ways to its receipt and to the words it rests on. */
export function historyLine(
  words: Words,
  entry: HerEntry,
  { brand, topics }: { brand: string; topics: Receipt['topics'] },
  links: { receipt: string; wording(hash: string): string },
): HistoryLine {
  const { kind, wording, at } = entry.entry
  const context = { locale: words.language, zone: words.zone, brand, topics }
  const { did, from } = tell(happeningIn(kind, entry.payload, entry.mail), context)
  return {
    date: { text: momentOf(words, at.toISOString()), iso: at.toISOString() },
    did,
    from,
    links: [
      { label: words.say('history.receipt.of', { number: entry.number }), url: links.receipt },
      ...(wording === null ? [] : [{ label: words.say('history.wording'), url: links.wording(wording) }]),
    ],
  }
}

function fact(name: string, value: string, url: string | null = null, mono = false): ReceiptBody['facts'][number] {
  return { name, value, url, mono }
}

function momentOf(words: Words, at: string): string {
  return words.say('history.at', { date: words.date(at), time: words.time(at) })
}
