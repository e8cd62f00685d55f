import { allCheckpoints } from '../store/checkpoints.ts'
import { writeBundle, type BundlePart } from '../store/bundle-file.ts'
import { keyStatements } from '../store/key-changes.ts'
import { appendEntries, entryLines, lockHead } from '../store/ledger.ts'
import { allWordings } from '../store/wordings.ts'
import { raiseMark } from './high-water.ts'
import type { House } from './house.ts'
import { ledgerKey, signCheckpoint, type SignedCheckpoint } from './sign-checkpoint.ts'

export type Exported = { file: string; entries: number; wordings: number; checkpoints: number }

/**
 * Exports the ledger as one zip that anybody can verify offline (docs/ledger-format.md): entries, leaves, a fresh signed
 * checkpoint and the earlier ones, every wording, the public key. No payloads, so no personal data. The export is
 * itself an entry, written first and covered by the checkpoint; people may go on changing their choices meanwhile.
 */
export async function exportLedger(house: House, file: string): Promise<Exported> {
  const { sql } = house.database
  const checkpoint = await sql.begin(async (tx): Promise<SignedCheckpoint> => {
    const head = await lockHead(tx)
    await appendEntries(tx, head, [
      {
        kind: 'exported',
        topics: [],
        wording: null,
        person: null,
        payload: { what: 'ledger', through: head.size + 1 },
      },
    ])
    return signCheckpoint(house, tx)
  })
  await raiseMark(house)
  const [earlier, wordings, key] = await Promise.all([allCheckpoints(sql), allWordings(sql), ledgerKey(house)])
  const before = earlier.filter((one) => one.size < checkpoint.size)
  const parts: BundlePart[] = [
    { path: 'README.txt', content: Buffer.from(readMe(checkpoint)) },
    { path: 'checkpoint.txt', content: Buffer.from(checkpoint.note) },
    { path: 'keys.txt', content: Buffer.from(`${key}\n`) },
    ...(await keyStatements(sql)).map((one) => ({ path: `keys/${one.entry}.txt`, content: Buffer.from(one.note) })),
    ...before.map((one) => ({ path: `checkpoints/${one.size}.txt`, content: Buffer.from(one.note) })),
    ...wordings.map((one) => ({ path: `wordings/${one.hash}.html`, content: Buffer.from(one.body) })),
    { path: 'entries.jsonl', content: () => entryLines(sql, 'body', checkpoint.size) },
    { path: 'leaves.txt', content: () => entryLines(sql, 'leaf', checkpoint.size) },
  ]
  await writeBundle(file, parts)
  return { file, entries: checkpoint.size, wordings: wordings.length, checkpoints: before.length + 1 }
}

function readMe(checkpoint: SignedCheckpoint): string {
  return `This is the whole ledger of choices, as of entry ${checkpoint.size}.

What it proves: whoever holds the public key of this ledger from elsewhere (not the copy in keys.txt) can
check on a machine without network that these entries are the ones that were signed, in this order, none
changed, none missing, none added later; and that each wording named in an entry is the text kept here.
What it does not prove: who a person is (entries only commit to that), or that something was never recorded.
Whoever also holds an older checkpoint of this ledger can prove that nothing before it was rewritten.

  courtesy ledger verify THIS.zip --key KEY.pub

entries.jsonl   one entry a line, RFC 8785 JSON; its leaf is SHA-256(0x00 || the line without its line feed)
leaves.txt      the leaf hash of each entry, in hex
checkpoint.txt  the signed state of the tree: C2SP signed note over a tlog-checkpoint (RFC 6962 tree, Ed25519)
checkpoints/    earlier signed states
wordings/       each text that somebody was shown or told, named by the SHA-256 of its bytes
keys/           what was signed about each change of the key, by the key before and the key after it
keys.txt        the public key (vkey), for convenience only: trust the one you were given
manifest.json   the SHA-256 of every other file
`
}
