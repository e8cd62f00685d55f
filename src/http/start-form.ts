import { z } from 'zod'
import { parseAddress, type Address } from '../domain/address.ts'
import { isPace } from '../domain/pace.ts'
import { Problem } from '../domain/problem.ts'
import type { SignUp } from '../domain/sign-up.ts'
import { fieldOf } from './site.ts'

/** What was sent as it stands, so that a page with what is wrong shows all of it again. */
export type StartEntries = {
  address: string
  topics: number[]
  pace: string
  language: string
  seed: string
}

/** A form that can be taken down, or what is missing in it. */
export type StartForm =
  | { kind: 'complete'; address: Address; asked: SignUp; entries: StartEntries }
  | { kind: 'incomplete'; entries: StartEntries; missing: { address: boolean; topic: boolean; pace: boolean } }

const several = z.preprocess(
  (given) => (given === undefined ? [] : Array.isArray(given) ? given : [given]),
  z
    .array(
      z
        .string()
        .regex(/^[1-9]\d{0,4}$/)
        .transform(Number),
    )
    .max(12),
)
const hidden = z.object({
  wording: z.string().regex(/^[\da-f]{64}$/),
  seed: z.string().regex(/^[\da-f]{16}$/),
  language: z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z\d]{2,8})*$/),
  shown: several,
  topic: several,
})

/**
 * Reads what the sign-up page sent. What she has to fill in may be missing; what the page itself put there may not.
 * @throws Problem `invalid-input` for a form that is none of ours; what was sent is not quoted.
 */
export function readStartForm(body: unknown): StartForm {
  const parsed = hidden.safeParse(body)
  if (!parsed.success) throw new Problem('invalid-input', 'the form is not one that the sign-up page sends')
  const { wording, seed, language, shown, topic } = parsed.data
  const typed = fieldOf(body, 'address') ?? ''
  const pace = fieldOf(body, 'pace') ?? ''
  const entries: StartEntries = { address: typed, topics: topic, pace, language, seed }
  const address = parseAddress(typed)
  if (address.kind === 'refused' || topic.length === 0 || !isPace(pace)) {
    const missing = { address: address.kind === 'refused', topic: topic.length === 0, pace: !isPace(pace) }
    return { kind: 'incomplete', entries, missing }
  }
  const asked: SignUp = { wording, seed, shown: unique(shown), topics: unique(topic), pace: pace, language }
  return { kind: 'complete', address, asked, entries }
}

function unique(ids: readonly number[]): number[] {
  return [...new Set(ids)]
}
