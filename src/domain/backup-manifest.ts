import { z } from 'zod'
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'

/** What this program writes and reads. */
const backupFormat = 'courtesy-backup/1'

/**
 * What a backup says of itself: the newest migration of its schema, each table with its columns and how many rows, the last number
 * that each sequence gave, and the SHA-256 of every other file. It finds accidents; whoever can write a backup can write this too.
 */
export type BackupManifest = {
  migration: string
  tables: readonly { name: string; columns: readonly string[]; rows: number }[]
  sequences: Readonly<Record<string, string>>
  files: Readonly<Record<string, string>>
}

const shape = z.strictObject({
  format: z.literal(backupFormat),
  migration: z.string(),
  tables: z.array(z.strictObject({ name: z.string(), columns: z.array(z.string()), rows: z.number() })),
  sequences: z.record(z.string(), z.string().regex(/^\d+$/)),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
})

export function backupManifestText(manifest: BackupManifest): string {
  return `${canonicalJson({ format: backupFormat, ...manifest })}\n`
}

/** Null when it is damaged, or of a format that this program does not know. */
export function parseBackupManifest(text: string): BackupManifest | null {
  const json = text.endsWith('\n') ? parseCanonicalJson(text.slice(0, -1)) : null
  const read = shape.safeParse(json?.kind === 'canonical' ? json.value : null)
  if (!read.success) return null
  const { migration, tables, sequences, files } = read.data
  return { migration, tables, sequences, files }
}

/** The file in a backup that holds the rows of a table. */
export function tableFile(name: string): string {
  return `tables/${name}.jsonl`
}
