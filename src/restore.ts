import { hash } from 'node:crypto'
import { afterRestore, type AfterRestore } from './actions/after-restore.ts'
import { keyringPart } from './actions/back-up.ts'
import type { Config } from './config.ts'
import { keyringPath } from './data-dir.ts'
import { backupManifestText, tableFile } from './domain/backup-manifest.ts'
import { Problem } from './domain/problem.ts'
import { putKeyring } from './keyring-file.ts'
import { openHouse, withDatabase } from './main.ts'
import { openBackup, textOf } from './store/backup-file.ts'
import { openDatabase } from './store/database.ts'
import { endRestoring, isEmpty, loadTables, restoring } from './store/dump.ts'
import { migrate } from './store/migrations.ts'

/**
 * Restores a backup into an empty database, and its keyring where there is none. Every hash is checked before anything is written; all
 * rows go in in one transaction, at the schema of the backup, which is then brought to the newest. Until later stops hold again and what was on its way is
 * ended nothing starts on it; cut off before that, it is done again with the same file.
 * @throws Problem `invalid-input` for a file that is damaged, `conflict` for a database that is not empty or another keyring.
 */
export async function restore(
  config: Config,
  file: string,
  { nothingSince, warn }: { nothingSince: boolean; warn: (message: string) => void },
): Promise<AfterRestore> {
  const backup = await openBackup(file)
  try {
    await withDatabase(config, async (url) => {
      const database = openDatabase(url)
      try {
        const begun = await restoring(database.sql)
        // Cut off when all rows were in: what is left to do is done below.
        if (begun === hash('sha256', backupManifestText(backup.manifest))) return
        if (begun !== null || !(await isEmpty(database.sql))) throw notEmpty()
        putKeyring(keyringPath(config), await textOf(backup.read(keyringPart)))
        await migrate(url, backup.manifest.migration)
        await loadTables(database.sql, backup.manifest, (table) => backup.read(tableFile(table)))
      } finally {
        await database.close()
      }
    })
  } finally {
    backup.close()
  }
  const open = await openHouse(config, warn, { repair: true })
  try {
    const told = await afterRestore(open.house, { nothingSince })
    await endRestoring(open.house.database.sql)
    return told
  } finally {
    await open.close()
  }
}

function notEmpty(): Problem {
  return new Problem(
    'conflict',
    'a backup is restored into an empty database only, and this one holds rows. Nothing was changed. Set DATABASE_URL or DATA_DIR to an empty one.',
  )
}
