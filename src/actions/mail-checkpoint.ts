import { randomUUIDv7 } from 'node:crypto'
import type { Brand } from '../domain/brand.ts'
import { parseVkey } from '../domain/signed-note.ts'
import type { ServiceMail } from '../mail/acknowledgement-letter.ts'
import { checkpointLetter } from '../mail/staff-letters.ts'
import { checkpointOf, newestCheckpoint } from '../store/checkpoints.ts'
import { insertStaffMail, keepCheckpointMailed, lockAuditorsBehind } from '../store/staff-mails.ts'
import type { House } from './house.ts'
import { ledgerKey, signGrown } from './sign-checkpoint.ts'

/**
 * Lays out the mail with the newest checkpoint for every auditor who has an older one: a signed state of the ledger that has
 * left the house binds whoever runs it. At most one a day, and none while nothing was added. @returns to how many.
 */
export async function mailCheckpoint(house: House): Promise<number> {
  await signGrown(house)
  return house.database.sql.begin(async (tx) => {
    const newest = await newestCheckpoint(tx)
    if (newest === null) return 0
    const auditors = await lockAuditorsBehind(tx, newest.size)
    for (const staff of auditors)
      await insertStaffMail(tx, { id: randomUUIDv7(), staff, kind: 'checkpoint', path: null })
    await keepCheckpointMailed(tx, auditors, newest.size)
    return auditors.length
  })
}

/** The mail itself, with the checkpoint of that size. */
export async function writeCheckpointMail(house: House, brand: Brand, size: number): Promise<ServiceMail> {
  const [checkpoint, key] = await Promise.all([checkpointOf(house.database.sql, size), ledgerKey(house)])
  const parsed = parseVkey(key)
  if (checkpoint === null || parsed.kind === 'refused') throw new Error('a mail names a checkpoint that is not stored')
  const { name, keyId } = parsed.vkey
  return checkpointLetter(brand, { ...checkpoint, name, keyId })
}
