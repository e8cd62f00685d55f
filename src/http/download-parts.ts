import { deliveriesIn, entriesIn, provenEntries, type Download } from '../actions/download.ts'
import type { House } from '../actions/house.ts'
import { zoneFor } from '../domain/calendar.ts'
import type { TextKey } from '../domain/catalogue.ts'
import { csvRecord } from '../domain/csv.ts'
import { happeningIn } from '../domain/happening.ts'
import type { HerData, HerDeliveryData, HerEntryData } from '../domain/her-data.ts'
import { tell } from '../domain/history-sentence.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { sentenceAt, type ReceiptContext } from '../domain/receipt.ts'
import { topicIn } from '../domain/topic.ts'
import type { FileHead } from '../record-views.ts'
import { renderFilePart, renderHistoryLines } from '../render.ts'
import type { HerEntry } from '../store/her-history.ts'
import type { ListedDelivery } from '../store/her-record.ts'
import { wordsIn, type Words } from './her-words.ts'
import { historyLine, receiptBody } from './receipt-model.ts'

/** A download, and the language and zone in which it is told. */
export type Telling = { house: House; download: Download; words: Words; context: ReceiptContext }

export function tellingOf(house: House, opened: Download, language: Language): Telling {
  const download = { ...opened, topics: opened.topics.map((topic) => topicIn(topic, language)) }
  const { person, brand, topics, rules } = download
  const zone = zoneFor(download.choices.timeZone, brand)
  const address = person.address?.spelling ?? ''
  const context = { locale: language, zone, brand: brand.name, topics, address, rules }
  return { house, download, words: wordsIn(language, zone, topics), context }
}

/** What stands in `data.json` before all that may be much. */
export function dataHead({
  download,
  context,
}: Pick<Telling, 'download' | 'context'>): Omit<HerData, 'deliveries' | 'history'> {
  const { made, person, brand, topics, choices, missed, addressChanges, told, wrongTopic } = download
  const at = made.entry.at.toISOString()
  return {
    format: 'courtesy-her-data/1',
    at,
    entry: made.number,
    from: { name: brand.name, postalAddress: brand.postalAddress, privacyUrl: brand.privacyUrl },
    person: {
      id: person.id,
      name: person.name,
      familyName: person.familyName,
      email: person.address?.spelling ?? null,
      since: new Date(person.createdAt).toISOString(),
      suppressions: person.suppressions,
    },
    topics: topics.map(({ id, slug, name, promise }) => ({ id, slug, name, promise })),
    sentence: sentenceAt(choices, at, context),
    choices,
    addressChanges,
    told: told.map((one) => ({
      id: one.id,
      at: one.createdAt,
      editedAt: one.editedAt,
      question: one.question?.text ?? null,
      reason: one.reason,
      text: one.text,
      wantsReply: one.wants === 'yes',
      mayQuote: one.mayQuote,
      reply: one.reply,
    })),
    wrongTopic,
    leftOut: missed,
  }
}

/** `data.json`, as {@link HerData} says, a piece at a time. */
export async function* dataFile(telling: Telling): AsyncGenerator<string> {
  const { house, download, context } = telling
  yield `${JSON.stringify(dataHead(telling)).slice(0, -1)},"deliveries":[`
  yield* joined(deliveriesIn(house, download), (row): HerDeliveryData => row as HerDeliveryData)
  yield '],"history":['
  yield* joined(entriesIn(house, download), (entry) => entryData(entry, context))
  yield ']}\n'
}

/** One entry as `data.json` lists it. */
export function entryData(entry: HerEntry, context: ReceiptContext): HerEntryData {
  const { number, body, leaf, salt, payload, mail } = entry
  const { kind, at, wording } = entry.entry
  const { did, from } = tell(happeningIn(kind, payload, mail), context)
  return { number, at: at.toISOString(), kind, wording, did, from, body, leaf, salt, payload }
}

async function* joined<Row>(pieces: AsyncIterable<Row[]>, data: (row: Row) => unknown): AsyncGenerator<string> {
  let separator = '\n'
  for await (const rows of pieces) {
    const lines = rows.map((row) => JSON.stringify(data(row)))
    yield `${separator}${lines.join(',\n')}`
    separator = ',\n'
  }
}

/** `deliveries.csv`: one record for each message that was meant for her, and for those her choices left her out of. */
export async function* deliveriesFile({ house, download, words }: Telling): AsyncGenerator<string> {
  const columns = ['at', 'subject', 'topic', 'service_kind', 'state', 'reason', 'delivery', 'message', 'digest']
  yield csvRecord(columns)
  const topic = (id: number | null) =>
    id === null ? null : (download.topics.find((one) => one.id === id)?.name ?? String(id))
  for await (const rows of deliveriesIn(house, download)) {
    const records = rows.map((row) =>
      csvRecord([
        row.at,
        row.subject ?? words.say('download.file.digest'),
        topic(row.topic),
        row.serviceKind,
        row.state,
        row.reason,
        row.delivery,
        row.message,
        row.digest,
      ]),
    )
    yield records.join('')
  }
  for (const one of download.missed) {
    yield csvRecord([one.at, one.subject, topic(one.topic), null, 'left_out', one.reason, null, one.message, null])
  }
}

/** `history.csv`: one record for each entry, newest first. */
export async function* historyFile({ house, download, context }: Telling): AsyncGenerator<string> {
  yield csvRecord(['number', 'at', 'kind', 'what', 'how', 'wording', 'leaf'])
  for await (const entries of entriesIn(house, download)) {
    const records = entries.map((entry) => {
      const { number, at, kind, did, from, wording, leaf } = entryData(entry, context)
      return csvRecord([String(number), at, kind, did.join(' '), from, wording, leaf])
    })
    yield records.join('')
  }
}

/** `index.html`: everything to read, by itself, with links to the other files beside it. */
export async function* indexFile(telling: Telling): AsyncGenerator<string> {
  const { house, download, words, context } = telling
  const { made, person, brand, choices, missed, addressChanges, told, wrongTopic } = download
  const at = made.entry.at.toISOString()
  const heading = words.say('download.file.heading', { brand: brand.name })
  const fact = (key: TextKey, value: string) => (value === '' ? [] : [{ name: words.say(key), value }])
  yield renderFilePart('begin', headOf(words, heading))
  yield renderFilePart('person', {
    heading,
    asOf: words.say('download.file.asOf', { date: words.date(at), time: words.time(at) }),
    sentence: sentenceAt(choices, at, context),
    person: words.say('download.file.person'),
    facts: [
      ...fact('download.file.email', person.address?.spelling ?? ''),
      ...fact('download.file.name', `${person.name} ${person.familyName}`.trim()),
      ...fact('download.file.since', words.date(person.createdAt)),
      ...person.suppressions.flatMap((reason) =>
        fact('download.file.suppressed', words.say(`download.file.suppressed.${reason}`)),
      ),
    ],
    files: words.say('download.file.files'),
    links: [
      { label: words.say('download.file.data'), url: 'data.json' },
      { label: words.say('download.file.deliveries'), url: 'deliveries.csv' },
      { label: words.say('download.file.historyTable'), url: 'history.csv' },
    ],
  })
  yield renderFilePart('section', { heading: words.say('download.file.history') })
  for await (const entries of entriesIn(house, download)) {
    const links = (entry: HerEntry) => ({ receipt: `receipts/${entry.number}.html`, wording: wordingFile })
    const about = { brand: brand.name, topics: download.topics }
    yield renderHistoryLines(entries.map((entry) => historyLine(words, entry, about, links(entry))))
  }
  yield renderFilePart('section-end', {})
  yield renderFilePart('section', { heading: words.say('download.file.mail') })
  for await (const rows of deliveriesIn(house, download)) {
    yield renderFilePart('mails', { mails: rows.map((row) => mailOf(words, row)) })
  }
  yield renderFilePart('section-end', {})
  yield* listed(words.say('download.file.left-out'), missed.map(leftOutOf(words)))
  yield* listed(words.say('download.file.addresses'), addressChanges.map(addressOf(words)))
  yield* listed(words.say('talk.mine'), told.map(toldOf(words)))
  yield* listed(words.say('download.file.wrongTopic'), wrongTopic.map(wrongTopicOf(words)))
  yield renderFilePart('end', {})
}

/** A section of its own for what there is little of; none where there is nothing. */
function* listed(heading: string, mails: ReturnType<typeof lineOf>[]): Generator<string> {
  if (mails.length === 0) return
  yield renderFilePart('section', { heading })
  yield renderFilePart('mails', { mails })
  yield renderFilePart('section-end', {})
}

function lineOf(words: Words, at: string, subject: string, state: string) {
  return { iso: at, date: words.date(at), subject, state }
}

function leftOutOf(words: Words) {
  const state = words.say('download.file.state.left-out')
  return ({ at, subject }: Download['missed'][number]) => lineOf(words, at, subject, state)
}

function addressOf(words: Words) {
  return ({ at, address, is }: Download['addressChanges'][number]) =>
    lineOf(words, at, address, words.say(`download.file.address.${is}`))
}

function toldOf(words: Words) {
  return ({ createdAt, text, reason, reply }: Download['told'][number]) => {
    const subject = text === '' && reason ? words.say(`talk.reason.${reason}`) : text
    const state = reply ? `${words.say('talk.reply', { date: words.date(reply.at) })} ${reply.text}` : ''
    return lineOf(words, createdAt, subject, state)
  }
}

function wrongTopicOf(words: Words) {
  return ({ at, subject, topic }: Download['wrongTopic'][number]) =>
    lineOf(words, at, subject, words.say('page.wrongTopic.told', { topic: words.topic(topic) }))
}

function mailOf(words: Words, { at, subject, state }: ListedDelivery) {
  const said = words.say(`download.file.state.${state as HerDeliveryData['state']}`)
  return lineOf(words, at, subject ?? words.say('download.file.digest'), said)
}

/** Receipts of some of her entries, which follow each other, as files that stand by themselves, by number. */
export async function receiptFiles(telling: Telling, numbers: readonly number[]): Promise<Map<number, string>> {
  const { house, download, words } = telling
  const proven = await provenEntries(house, download, numbers)
  return new Map(
    proven.map((one) => {
      const urls = { wording: (hash: string) => `../${wordingFile(hash)}`, verify: '../verify.html' }
      const receipt = receiptBody({ ...download, ...one }, words.language, urls)
      return [one.entry.number, renderFilePart('receipt', { ...headOf(words, receipt.heading), receipt })]
    }),
  )
}

function wordingFile(hash: string): string {
  return `wordings/${hash}.html`
}

function headOf(words: Words, title: string): FileHead {
  return { language: words.language, direction: writingOf(words.language).direction, title }
}
