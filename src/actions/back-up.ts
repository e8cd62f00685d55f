import { backupManifestText, tableFile, type BackupManifest } from '../domain/backup-manifest.ts'
import { writeBackup } from '../store/backup-file.ts'
import { ourSequences, ourTables, spellPlainly, tableRows } from '../store/dump.ts'
import { newestMigration } from '../store/migrations.ts'
import { readHead } from '../store/ledger.ts'
import type { House } from './house.ts'

export type BackedUp = { file: string; entries: number; tables: number; rows: number }

/** Where the keyring lies in a backup. */
export const keyringPart = 'keyring.json'

/**
 * Writes all that a house is made of into one file: every table as of one instant, while people go on changing their choices, and the
 * keyring, without which fingerprints, links and signatures are worth nothing. In bounded memory.
 * @param keyring the text of the keyring file
 */
export async function backUp(house: House, file: string, keyring: string): Promise<BackedUp> {
  return house.database.sql.begin('isolation level repeatable read read only', async (tx) => {
    await spellPlainly(tx)
    const [tables, sequences, migration, { size: entries }] = await Promise.all([
      ourTables(tx),
      ourSequences(tx),
      newestMigration(tx),
      readHead(tx),
    ])
    const rows = new Map<string, number>()
    const parts = tables.map(({ name }) => ({
      path: tableFile(name),
      content: () => tableRows(tx, name, (count) => rows.set(name, count)),
    }))
    const described = (): BackupManifest['tables'] =>
      tables.map(({ name, columns }) => ({ name, columns, rows: rows.get(name) ?? 0 }))
    const keys = { path: keyringPart, content: Buffer.from(keyring) }
    await writeBackup(file, [keys, ...parts], (files) =>
      backupManifestText({ migration, tables: described(), sequences, files }),
    )
    return { file, entries, tables: tables.length, rows: [...rows.values()].reduce((a, b) => a + b, 0) }
  })
}
