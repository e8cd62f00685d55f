import { choicesSchema } from './choices-schema.ts'
import type { Choices } from './choices.ts'
import type { Happening } from './history-sentence.ts'
import type { EntryKind } from './ledger-entry.ts'

/**
 * Reads an entry's payload, whatever it is: what it does not say, or says in a form of another time, is null. Nothing that a
 * payload holds can keep her history from being shown.
 */
export function happeningIn(kind: EntryKind, payload: unknown, mail: Happening['mail']): Happening {
  const { before, after, evidence, reason, what } = fieldsOf(payload)
  const { way, format, link } = fieldsOf(evidence)
  return {
    kind,
    before: choicesIn(before),
    after: choicesIn(after),
    way: wordIn(way),
    purpose: wordIn(fieldsOf(link)['purpose']),
    format: wordIn(format),
    reason: wordIn(reason) ?? wordIn(fieldsOf(evidence)['reason']),
    what: wordIn(what),
    mail,
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
}

function choicesIn(value: unknown): Choices | null {
  const read = choicesSchema.safeParse(value)
  return read.success ? read.data : null
}

function wordIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
