import { z } from 'zod'
import type { SentForm } from '../actions/preferences.ts'
import { channels } from '../domain/choices.ts'
import { isPace, type Pace } from '../domain/pace.ts'
import { Problem } from '../domain/problem.ts'
import type { Press } from '../form-views.ts'

const topicId = z
  .string()
  .regex(/^[1-9]\d{0,4}$/)
  .transform(Number)
const pace = z.custom<Pace>((value) => typeof value === 'string' && isPace(value))
/** One that is missing or unreadable is as good as an old one. */
const version = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number)
  .nullable()
  .catch(null)
const several = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((given) => (given === undefined ? [] : Array.isArray(given) ? given : [given]), z.array(item).max(200))

const sent = z.object({
  wording: z.string().regex(/^[\da-f]{64}$/),
  version,
  shown: several(topicId),
  topic: several(topicId),
  pace,
  channel: several(z.enum(channels)),
})

/**
 * Reads what the form on her page sent; whether the page offered it is for the action to say.
 * @throws Problem `invalid-input`, whatever is wrong with it; what was sent is not quoted.
 */
export function readPreferencesForm(body: unknown): SentForm {
  const parsed = sent.safeParse(body)
  if (!parsed.success) throw notOurs()
  const { wording, version: drawnFrom, shown, topic, pace: overall, channel } = parsed.data
  const topicPaces = new Map(shown.flatMap((id) => ownPace(body, id)))
  const form = {
    shown,
    topics: new Set(topic),
    pace: overall,
    topicPaces,
    channelsShown: channels,
    channels: new Set(channel),
  }
  return { form, wording, version: drawnFrom }
}

/** What that form sent, to be sent once more by one press: as if it had been drawn from that version of her choices. */
export function fieldsAgain({ form, wording }: SentForm, current: number): Press['fields'] {
  return [
    ...fields('wording', [wording]),
    ...fields('version', [current]),
    ...fields('shown', form.shown),
    ...fields('topic', form.topics),
    ...fields('pace', [form.pace]),
    ...[...form.topicPaces].flatMap(([id, own]) => fields(`pace-${id}`, [own ?? ''])),
    ...fields('channel', form.channels),
  ]
}

function fields(name: string, values: Iterable<string | number>): Press['fields'] {
  return [...values].map((value) => ({ name, value: String(value) }))
}

/** The field `pace-3`, where the form had one: empty for the overall pace. */
function ownPace(body: unknown, id: number): [number, Pace | null][] {
  const given = (body as Record<string, unknown>)[`pace-${id}`]
  if (given === undefined) return []
  if (given === '') return [[id, null]]
  const own = pace.safeParse(given)
  if (!own.success) throw notOurs()
  return [[id, own.data]]
}

function notOurs(): Problem {
  return new Problem('invalid-input', 'the form is not one that her page sends')
}
