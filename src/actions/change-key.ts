import { keyChangeText } from '../domain/key-change.ts'
import type { Keyring } from '../domain/keyring.ts'
import { Problem } from '../domain/problem.ts'
import { signNote, vkeyOf } from '../domain/signed-note.ts'
import { keepKeyChange } from '../store/key-changes.ts'
import { appendEntries, leafOf, lockHead } from '../store/ledger.ts'
import { commit } from './commit.ts'
import { raiseMark } from './high-water.ts'
import type { House } from './house.ts'
import { signCheckpoint, signHead } from './sign-checkpoint.ts'

/** The keyring file while its key is changed: first the next key is in it, then it signs. Each may be done again. */
export type KeyFile = { next(): Keyring; promote(): Keyring }

export type KeyChanged = { entry: number; key: string }

/**
 * Changes the key that signs the ledger: an entry says so, and a statement that the old key and the new one sign, by which whoever
 * holds either goes on to the other. What came before is signed by the old key a last time. Of that only the public half is kept. A process that dies on the way
 * leaves the old key in force, or the new one once somebody starts.
 */
export async function changeLedgerKey(house: House, file: KeyFile): Promise<KeyChanged> {
  const ledger = file.next().nextLedger
  if (ledger === null) throw new Problem('not-ready', 'the keyring has no next key; nothing was changed')
  const after = { ...house, keys: { ...house.keys, ledger } }
  const changed = await commit(house, async (tx): Promise<KeyChanged> => {
    await signCheckpoint(house, tx)
    const head = await lockHead(tx)
    const [before, next] = [vkeyOf(head.origin, house.keys.ledger), vkeyOf(head.origin, ledger)]
    const payload = { what: 'key-changed', before, next }
    const { size: entry } = await appendEntries(tx, head, [
      { kind: 'key-changed', topics: [], wording: null, person: null, payload },
    ])
    const text = keyChangeText({ origin: head.origin, entry, leaf: await leafOf(tx, entry), before, next })
    await keepKeyChange(tx, { entry, vkey: next, note: signNote(text, head.origin, house.keys.ledger, ledger) })
    await signHead(after, tx)
    return { entry, key: next }
  })
  await raiseMark({ ...house, keys: file.promote() })
  return changed
}
