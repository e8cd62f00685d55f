import { z } from 'zod'
import { channels, notAsked } from './choices.ts'
import type { Choices } from './choices.ts'
import { isPace } from './pace.ts'
import type { Pace } from './pace.ts'
import { Problem } from './problem.ts'

const instant = z.string().refine((text) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)), {
  error: 'must be an ISO instant',
})
const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time HH:MM')
const pace = z.custom<Pace>((value) => typeof value === 'string' && isPace(value), 'must be a pace')

const topicAnswer = z.strictObject({
  answer: z.enum(['yes', 'pending', 'no']),
  at: instant,
  entry: z.int().nonnegative(),
  basis: z
    .strictObject({
      evidence: z.enum(['seen', 'attested']),
      wording: z.string().regex(/^[\da-f]{64}$/),
      confirmedAt: instant,
    })
    .nullable(),
  pace: pace.nullable(),
})

/** A document of choices as it is kept: every key present, none unknown, every instant, time and pace readable. */
export const choicesSchema: z.ZodType<Choices> = z.strictObject({
  topics: z.record(z.string().regex(/^[1-9]\d{0,4}$/, 'must be a topic id'), topicAnswer),
  pace,
  paceChosen: z.boolean(),
  channels: z.partialRecord(z.enum(channels), z.enum(['yes', 'no'])),
  paused: z.strictObject({ from: instant, until: instant }).nullable(),
  stopped: z
    .strictObject({
      at: instant,
      by: z.enum(['herself', 'one-click', 'staff', 'import']),
      reason: z.string().nullable(),
    })
    .nullable(),
  quiet: z
    .strictObject({ from: wallTime, to: wallTime })
    .refine(({ from, to }) => from !== to, 'must not begin and end at the same time')
    .nullable(),
  language: z.string().nullable(),
  timeZone: z.string().nullable(),
  choseAt: instant.nullable(),
  oneClick: z.strictObject({ delivery: z.string(), at: instant }).nullable(),
})

/**
 * The choices that a stored document holds.
 * @throws Problem invalid-input naming each part that cannot be read; then nothing may be sent to this person.
 */
export function parseChoices(stored: unknown): Choices {
  const result = choicesSchema.safeParse(stored)
  if (result.success) return result.data
  throw new Problem(
    'invalid-input',
    `stored choices cannot be read, so nothing is sent: ${z.prettifyError(result.error)}`,
  )
}

/**
 * A stored document as the gate may use it: one that cannot be read counts as never asked, so nothing is sent to her, and
 * her own stop or save replaces it.
 */
export function readChoices(stored: unknown): Choices {
  const parsed = choicesSchema.safeParse(stored)
  return parsed.success ? parsed.data : notAsked()
}
