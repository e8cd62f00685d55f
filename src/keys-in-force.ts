import { fitOf, type Keyring } from './domain/keyring.ts'
import { Problem } from './domain/problem.ts'
import { vkeyOf } from './domain/signed-note.ts'
import { keyringFile } from './keyring-file.ts'
import type { Sql } from './store/database.ts'
import { newestLedgerKey } from './store/key-changes.ts'

/**
 * The keyring, once a change of the ledger's key is finished in its file that the database has already.
 * @throws Problem `not-ready` when the keyring is of before or after what the database knows; for repair it is taken as it is.
 */
export async function keysInForce(
  keys: Keyring,
  path: string,
  { sql, origin, repair }: { sql: Sql; origin: string; repair: boolean },
): Promise<Keyring> {
  const fit = fitOf(keys, await newestLedgerKey(sql), (key) => vkeyOf(origin, key))
  if (fit === 'next') return keyringFile(path).promote()
  if (fit === 'fits' || repair) return keys
  throw new Problem(
    'not-ready',
    fit === 'older'
      ? `the key that signs the ledger was changed, and the keyring ${path} is of before. Nothing was changed. Copy the newer keyring here.`
      : `the keyring ${path} signs with a key that this database knows nothing of: the database is older. Nothing was changed. Go back to the newer database, or put back the keyring of the same backup.`,
  )
}
