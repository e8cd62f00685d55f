import { z } from 'zod'

/**
 * What stood on a form: topic ids in the order they were shown, those ticked before she touched it (null where that is not
 * recorded), and those she left ticked.
 */
export type FormEvidence = { shown: number[]; preticked: number[] | null; ticked: number[] }

const ids = z
  .string()
  .regex(/^(\d+(,\d+)*)?$/)
  .transform((list) => (list === '' ? [] : list.split(',').map(Number)))
const withForm = z.object({
  evidence: z.object({ details: z.object({ shown: ids, preticked: ids.nullable().default(null), ticked: ids }) }),
})
const withEvidence = z.object({ evidence: z.looseObject({ way: z.string().nullish() }) })

/** The form in an entry's payload; null where she was shown none, or it is said in a form of another time. */
export function formIn(payload: unknown): FormEvidence | null {
  const read = withForm.safeParse(payload)
  return read.success ? read.data.evidence.details : null
}

/** By which way an entry came, and all that its payload says of how. */
export function evidenceIn(payload: unknown): { way: string | null; details: unknown } {
  const read = withEvidence.safeParse(payload)
  return read.success
    ? { way: read.data.evidence.way ?? null, details: read.data.evidence }
    : { way: null, details: null }
}
