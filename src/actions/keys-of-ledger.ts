import { ledgerKeys, type LedgerKey } from '../domain/key-change.ts'
import { parseVkey } from '../domain/signed-note.ts'
import type { Sql } from '../store/database.ts'
import { keyStatements } from '../store/key-changes.ts'
import type { House } from './house.ts'
import { ledgerKey } from './sign-checkpoint.ts'

/** The key that signs the ledger, as a vkey, and every key that ever did, by the statements that lead there from it. */
export async function keysOfLedger(house: House, sql: Sql): Promise<{ key: string; keys: LedgerKey[] }> {
  const [key, statements] = await Promise.all([ledgerKey(house, sql), keyStatements(sql)])
  const vkey = parseVkey(key)
  const named = statements.map(({ entry, note }) => ({ name: `the change of the key in entry ${entry}`, note }))
  const history = ledgerKeys(vkey.kind === 'vkey' ? [vkey.vkey] : [], named)
  return { key, keys: history.kind === 'keys' ? history.keys : [] }
}
