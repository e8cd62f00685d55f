import { z } from 'zod'
import { exportKinds, type ExportKind, type ExportScope } from './export-scope.ts'

const limit = z.string().nullable()
const recorded = z.object({
  what: z.enum(exportKinds),
  from: limit,
  until: limit,
  topic: limit,
  campaign: limit,
  person: z.uuid().nullable().default(null),
  withPayloads: z.boolean(),
  by: limit,
})

/** What the entry of an export says that it was. */
export type RecordedExport = {
  what: ExportKind
  scope: ExportScope
  person: string | null
  withPayloads: boolean
  by: string | null
}

/** Reads the payload of such an entry; null for anything else, such as a download of hers. */
export function exportIn(payload: unknown): RecordedExport | null {
  const read = recorded.safeParse(payload)
  if (!read.success) return null
  const { what, person, withPayloads, by, ...scope } = read.data
  return { what, scope, person, withPayloads, by }
}
