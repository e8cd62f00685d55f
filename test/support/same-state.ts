import fc from 'fast-check'
import { maskedAddress } from '../../src/domain/address.ts'
import { canonicalJson } from '../../src/domain/canonical-json.ts'
import { readChoices } from '../../src/domain/choices-schema.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { herDataSchema, herEntry } from '../../src/domain/her-data.ts'
import { commitmentTo, entryBody, parseEntryBody } from '../../src/domain/ledger-entry.ts'
import { text } from '../../src/domain/catalogue.ts'
import { allLanguages, type Language } from '../../src/domain/language.ts'
import { dayOf } from '../../src/domain/link-token.ts'
import { leafHash } from '../../src/domain/merkle.ts'
import { preferencesWording } from '../../src/domain/preferences-wording.ts'
import { describe } from '../../src/domain/sentence.ts'
import { frozen } from '../../src/domain/wording.ts'
import { stoppedPage } from '../../src/http/ask-models.ts'
import { dataHead, entryData, tellingOf } from '../../src/http/download-parts.ts'
import type { Look } from '../../src/http/her-view.ts'
import { preferencesPage } from '../../src/http/preferences-model.ts'
import { receiptBody } from '../../src/http/receipt-model.ts'
import { renderPage, renderWording } from '../../src/render.ts'
import type { HerEntry } from '../../src/store/her-history.ts'
import {
  arbitraryChoices,
  arbitraryInstant,
  arbitrarySuppressions,
  someTopics,
  someWording,
} from './arbitrary-choices.ts'
import { fern } from './house.ts'

const id = '0b2f6c1e-6d0a-4c8e-9a51-3f1d2c4b5a69'
const address = { spelling: 'ada@example.com', canonical: 'ada@example.com', fingerprint: 'f'.repeat(32) }
const long = '2000-01-01T00:00:00.000Z'
const asked = new Map(
  allLanguages.map((language) => [
    language,
    frozen(renderWording(preferencesWording(fern, someTopics, language))).hash,
  ]),
)
const wording = asked.get('en') ?? null
const wordings = new Set([someWording, ...asked.values()])

const someState = () =>
  fc.record({
    before: fc.option(arbitraryChoices()),
    after: arbitraryChoices(),
    suppressions: arbitrarySuppressions(),
    now: arbitraryInstant(),
    language: fc.constantFrom(...allLanguages),
    number: fc.integer({ min: 1, max: 1_000_000 }),
  })

/**
 * For `runs` random changes, each in one of our languages: the sentence, her page, the receipt, the export and the ledger's entry say one and the same
 * state. No HTTP and no database; rendering is the product's own. @throws the smallest change for which they differ.
 */
export function checkSameState(runs: number): void {
  fc.assert(
    fc.property(someState(), (state) => {
      const { before, after, suppressions, now, language, number } = state
      const person = personOf(after, { suppressions, number })
      const context = {
        topics: someTopics,
        brand: fern,
        locale: language,
        now,
        address: maskedAddress(address.spelling),
      }
      const sentence = describe(after, { ...context, suppressions, wordings })

      const look = lookAt(person, language, now)
      const page = preferencesPage(look)
      same('her page', page.sentence?.text, sentence)
      same('her page when she has stopped', stoppedPage(look).sentence?.text, sentence)
      if (!renderPage('preferences', page).includes(escaped(sentence))) throw new Error('the page as HTML lacks it')
      sameForm(page, after)

      const entry = entryOf(before, after, now, number)
      const rules = {
        brands: [{ at: long, settings: fern }],
        wordings: [...wordings].map((hash) => ({ at: long, hash })),
        suppressions: suppressions.map((reason) => ({ at: long, reason })),
      }
      const stored = { person, brand: fern, topics: [...someTopics], rules, key: 'key' }
      const receipt = receiptBody({ ...stored, entry, proven: null }, language, {
        wording: (hash) => hash,
        verify: '/verify',
      })
      same('the receipt', receipt.after?.text, sentence)
      const was = before && describe(before, { ...context, suppressions, wordings })
      same('the receipt’s before', receipt.before?.text ?? null, was)

      const download = {
        ...stored,
        made: entry,
        choices: after,
        missed: [],
        told: [],
        addressChanges: [],
        wrongTopic: [],
        numbers: [number],
        wordings: [],
      }
      const telling = tellingOf(null as never, download, language)
      const data = JSON.stringify({
        ...dataHead(telling),
        deliveries: [],
        history: [entryData(entry, telling.context)],
      })
      const read = herDataSchema.parse(JSON.parse(data))
      same('the export’s sentence', read.sentence, sentence)
      same('the export', canonicalJson(read.choices), canonicalJson(after))

      const listed = herEntry.parse(read.history[0])
      const payload = listed.payload as { after: unknown }
      same('the ledger', canonicalJson(readChoices(payload.after)), canonicalJson(after))
      const line = parseEntryBody(listed.body)
      if (line.kind === 'refused') throw new Error(line.reason)
      same('the commitment', commitmentTo(payload, Buffer.from(listed.salt, 'hex')), line.entry.commitment)
      same('the fingerprint', leafHash(listed.body), listed.leaf)
    }),
    { numRuns: runs },
  )
}

/** What the form on her page has ticked is what her choices are. */
function sameForm({ form }: ReturnType<typeof preferencesPage>, choices: Choices): void {
  if (!form) return
  for (const { value, ticked } of form.topics) {
    same(`the box of topic ${value}`, ticked, choices.topics[value]?.answer === 'yes')
  }
  same(
    'the pace',
    form.pace.options
      .filter(({ ticked }) => ticked)
      .map(({ value }) => value)
      .join(' '),
    choices.pace,
  )
  for (const { value, ticked } of form.channels) {
    same(`the box of ${value}`, ticked, choices.channels[value as 'email'] === 'yes')
  }
}

function personOf(
  choices: Choices,
  { suppressions, number }: { suppressions: never[] | readonly string[]; number: number },
) {
  return {
    id,
    name: 'Ada',
    familyName: '',
    choices,
    entry: number,
    recent: [],
    createdAt: long,
    address,
    suppressions: [...suppressions] as Look['preferences']['person']['suppressions'],
  }
}

function lookAt(person: ReturnType<typeof personOf>, language: Language, now: Date): Look {
  const link = { purpose: 'preferences', person: id, day: dayOf(now), topics: [], delivery: null, entry: null } as const
  const preferences = {
    person,
    brand: fern,
    topics: [...someTopics],
    volumes: [],
    wording: asked,
    wordings,
    inFlight: { count: 0, since: null },
    mayRaise: person.choices.stopped === null,
  }
  const say: Look['say'] = (key, values) => text(language, key, values)
  const voice = { language, asked: null, languages: [], say }
  return { ...voice, preferences, link: { ...link, topics: [] }, token: 'token', now, session: null }
}

function entryOf(before: Choices | null, after: Choices, now: Date, number: number): HerEntry {
  const payload = { person: id, evidence: { way: 'page', wording }, before, after }
  const salt = Buffer.alloc(32, number % 256)
  const commitment = commitmentTo(payload, salt)
  const entry = { number, at: now, kind: 'changed', topics: [], wording, commitment } as const
  const body = entryBody(entry)
  return { number, body, leaf: leafHash(body), entry, payload, salt: salt.toString('hex'), mail: null }
}

function same(what: string, is: unknown, should: unknown): void {
  if (is !== should) throw new Error(`${what} says ${JSON.stringify(is)}, the sentence ${JSON.stringify(should)}`)
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
