import { z } from 'zod'
import { quotes } from './answer.ts'
import { choicesSchema } from './choices-schema.ts'
import { entryKinds } from './ledger-entry.ts'
import { suppressionReasons } from './suppression.ts'

const instant = z.iso.datetime().describe('RFC 3339, in UTC')
const hash = z.string().regex(/^[\da-f]{64}$/)

/** One message that was meant for her: what it was about, and what became of it. */
export const herDelivery = z.strictObject({
  delivery: z.uuid(),
  message: z.uuid().nullable().describe('null for a digest, whose items name it'),
  subject: z.string().nullable(),
  topic: z.int().nullable().describe('the id of a topic; null for a digest and for service mail'),
  serviceKind: z.string().nullable(),
  state: z.enum(['released', 'sent', 'unknown', 'refused', 'deferred', 'held', 'held_back', 'cancelled']),
  reason: z.string().nullable().describe('why it waited or did not come'),
  digest: z.uuid().nullable().describe('the delivery that carried it with others'),
  at: instant.describe('when it left or ended, else when it was planned'),
})

/** One entry of the ledger about her, with what it commits to and the salt that shows it. */
export const herEntry = z.strictObject({
  number: z.int().positive(),
  at: instant,
  kind: z.enum(entryKinds),
  wording: hash.nullable(),
  did: z.array(z.string()),
  from: z.string(),
  body: z.string().describe('the very line that is hashed'),
  leaf: hash,
  salt: hash,
  payload: z.unknown(),
})

/** What she told us once, in her words, what else it may be used for, and our reply. */
const herAnswer = z.strictObject({
  id: z.uuid(),
  at: instant,
  editedAt: instant.nullable(),
  question: z.string().nullable().describe('what we had asked; null for words of her own accord'),
  reason: z.string().nullable().describe('why she stopped, of those we offered'),
  text: z.string(),
  wantsReply: z.boolean(),
  mayQuote: z.enum(quotes),
  reply: z.strictObject({ at: instant, text: z.string() }).nullable(),
})

/** What was worked out for her from the campaigns of the time: messages that her choices left her out of. Nothing of it is stored. */
const herLeftOut = z.strictObject({
  message: z.uuid(),
  subject: z.string(),
  topic: z.int(),
  at: instant,
  reason: z.string(),
})

/** An address of hers that a change is about: one that she gave and that nobody confirmed, or the one whose place another took. */
const herAddressChange = z.strictObject({
  address: z.string(),
  is: z.enum(['waiting', 'replaced']),
  at: instant.describe('when it was given, or replaced'),
})

/** What she said of one message: that it was not about its topic. */
const herWrongTopic = z.strictObject({
  delivery: z.uuid(),
  message: z.uuid(),
  subject: z.string(),
  topic: z.int(),
  at: instant,
})

/**
 * Everything we know about one person, as the file `data.json` of her download holds it. More members may follow; none
 * changes its meaning.
 */
export const herDataSchema = z.strictObject({
  format: z.literal('courtesy-her-data/1'),
  at: instant.describe('as of when'),
  entry: z.int().positive().describe('the entry of the ledger that records this download'),
  from: z.strictObject({ name: z.string(), postalAddress: z.string().nullable(), privacyUrl: z.string().nullable() }),
  person: z.strictObject({
    id: z.uuid(),
    name: z.string(),
    familyName: z.string(),
    email: z.string().nullable(),
    since: instant,
    suppressions: z.array(z.enum(suppressionReasons)),
  }),
  topics: z.array(z.strictObject({ id: z.int(), slug: z.string(), name: z.string(), promise: z.string() })),
  sentence: z.string().describe('her choices in one sentence'),
  choices: choicesSchema,
  addressChanges: z.array(herAddressChange),
  told: z.array(herAnswer),
  wrongTopic: z.array(herWrongTopic),
  leftOut: z.array(herLeftOut),
  deliveries: z.array(herDelivery),
  history: z.array(herEntry),
})

export type HerData = z.infer<typeof herDataSchema>
export type HerDeliveryData = z.infer<typeof herDelivery>
export type HerEntryData = z.infer<typeof herEntry>

/** The published JSON Schema (2020-12) of `data.json`, as text. */
export function herDataJsonSchema(): string {
  const schema = z.toJSONSchema(herDataSchema, { unrepresentable: 'any', io: 'output' })
  return `${JSON.stringify({ title: 'Everything that Courtesy knows about one person', ...schema }, null, 2)}\n`
}
