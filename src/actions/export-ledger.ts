import { finished, type Readable } from 'node:stream'
import { shortText } from '../domain/audience-export.ts'
import { readMe } from '../domain/bundle-readme.ts'
import { everything, type ExportKind, type ExportScope } from '../domain/export-scope.ts'
import { Problem } from '../domain/problem.ts'
import { parseCheckpoint } from '../domain/signed-note.ts'
import { bundleZip } from '../store/bundle-file.ts'
import { writeWhole } from '../store/whole-file.ts'
import { checkpointOf } from '../store/checkpoints.ts'
import { firstEntryFrom, hasAny, openReading, type Choice } from '../store/chosen-entries.ts'
import type { Sql, Transaction } from '../store/database.ts'
import { registerExport } from '../store/exports.ts'
import { appendEntries, ledgerSize, lockHead } from '../store/ledger.ts'
import { lockPerson } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import { theCampaign } from './check-campaign.ts'
import { commit } from './commit.ts'
import { partsOf } from './export-parts.ts'
import { raiseMark } from './high-water.ts'
import type { House } from './house.ts'
import { ledgerKey, signCheckpoint, type SignedCheckpoint } from './sign-checkpoint.ts'

/**
 * What somebody wants to take out. `scope` and `person` (an id) limit it to some entries; `since` is the text of an
 * earlier checkpoint that a part is to prove the continuation of; `by` is who takes it, `destroyBy` a day. `what` is
 * `proof` for what one person is given. The entry names `staff` by their id in the place of `by`: it outlives their
 * time here, and whom it is about can read it.
 */
export type ExportOrder = {
  scope?: ExportScope
  person?: string | null
  what?: ExportKind
  withPayloads?: boolean
  withTable?: boolean
  since?: string | undefined
  by?: string | undefined
  staff?: string
  destroyBy?: string | null
}

/** An export that is recorded and about to be read. `entries` are those of the ledger that its checkpoint covers. */
export type OpenedExport = { entry: number; entries: number; destroyBy: string; zip: Readable }

/** An export in a file. */
export type Exported = { file: string; entry: number; entries: number; destroyBy: string }

/** Exports the ledger, or some of it, into a file. @throws Problem as {@link openExport}. */
export async function exportLedger(house: House, file: string, order: ExportOrder = {}): Promise<Exported> {
  const { zip, ...opened } = await openExport(house, order)
  await writeWhole(file, zip)
  return { file, ...opened }
}

/**
 * Exports the ledger as a zip that anybody can verify offline (docs/ledger-format.md), as a stream that needs the same
 * memory however much there is: all of it, or some entries with a proof of each. Without `withPayloads` it holds no
 * personal data. The export is itself an entry, written first and covered by the bundle's checkpoint, and stands in the
 * register; people may go on changing their choices meanwhile.
 * @throws Problem `not-found` where there is no such entry, topic, campaign or person; `verification-failed` where
 * `since` is none of our checkpoints. Then nothing is recorded.
 */
export async function openExport(house: House, order: ExportOrder): Promise<OpenedExport> {
  const since = await sizeOf(house, order.since)
  const made = await makeExport(house, order)
  const zip = await readExport(house, made, { withTable: order.withTable ?? false, since })
  return { entry: made.entry, entries: made.entry, destroyBy: made.destroyBy, zip }
}

/** An export that is recorded: its entry is the last one that its checkpoint covers. */
export type MadeExport = Recorded & { entry: number; destroyBy: string }

/** Records an export: its entry, its row in the register and the checkpoint over both. @throws Problem as {@link openExport}. */
export async function makeExport(house: House, order: ExportOrder): Promise<MadeExport> {
  const { scope = everything, person = null, withPayloads = false } = order
  const part = isPart(scope, person)
  const choice = await choiceOf(house.database.sql, scope, person)
  if (part && !(await hasAny(house.database.sql, choice))) {
    throw new Problem('not-found', 'the ledger has no such entry; nothing was exported')
  }
  const what = part ? (order.what ?? 'part') : 'ledger'
  const out = { what, scope, person, by: shortText(order.by ?? ''), withPayloads }
  const said = order.staff ?? out.by
  const { checkpoint, destroyBy } = await commit(house, (tx) =>
    record(house, tx, { ...out, said }, order.destroyBy ?? null),
  )
  await raiseMark(house)
  return { ...out, entry: checkpoint.size, destroyBy }
}

/** Reads the zip of an export that was made, as of its entry; it writes nothing. Of somebody who was erased since, nothing is left in it. */
export async function readExport(
  house: House,
  { entry, what, scope, person, withPayloads, destroyBy }: MadeExport,
  { withTable, since }: { withTable: boolean; since: number | null },
): Promise<Readable> {
  const { sql } = house.database
  const choice = isPart(scope, person) ? await choiceOf(sql, scope, person) : null
  const [checkpoint, key] = await Promise.all([checkpointOf(sql, entry), ledgerKey(house)])
  if (!checkpoint) throw new Problem('not-found', `no export was made with entry ${entry}`)
  const facts = { what, scope, aboutOne: person !== null, withPayloads, size: entry, entry, destroyBy }
  const extent = choice ? 'part' : 'whole'
  const { session, close } = await openReading(sql, choice, entry)
  try {
    const contents = { checkpoint, extent, readMe: readMe(facts), key, withPayloads, withTable, since } as const
    const zip = bundleZip(await partsOf(session, contents), extent)
    finished(zip, (error) => void close(Boolean(error)))
    return zip
  } catch (error) {
    await close(true)
    throw error
  }
}

function isPart(scope: ExportScope, person: string | null): boolean {
  return person !== null || Object.values(scope).some((limit) => limit !== null)
}

async function choiceOf(sql: Sql, scope: ExportScope, person: string | null): Promise<Choice> {
  const size = await ledgerSize(sql)
  const [topic, campaign, first, after] = await Promise.all([
    scope.topic === null ? null : topicCalled(sql, scope.topic),
    scope.campaign === null ? null : theCampaign(sql, scope.campaign),
    scope.from === null ? null : firstEntryFrom(sql, scope.from, size),
    scope.until === null ? null : firstEntryFrom(sql, scope.until, size),
  ])
  return { first, last: after === null ? null : after - 1, person, topic, campaign: campaign?.message ?? null }
}

async function topicCalled(sql: Sql, slug: string): Promise<number> {
  const topic = (await allTopics(sql)).find((one) => one.slug === slug)
  if (topic) return topic.id
  throw new Problem('not-found', `there is no topic "${slug}"; see them with: courtesy topic list`)
}

/** The size of an earlier checkpoint of ours, null where none was given. */
async function sizeOf(house: House, note: string | undefined): Promise<number | null> {
  if (note === undefined) return null
  const text = note.slice(0, note.indexOf('\n\n') + 1)
  const read = parseCheckpoint(text)
  const size = read.kind === 'checkpoint' ? read.checkpoint.size : null
  const ours = size === null ? null : await checkpointOf(house.database.sql, size)
  if (ours?.note.startsWith(`${text}\n`)) return size
  throw new Problem('verification-failed', 'the given checkpoint is none that this ledger signed; nothing was exported')
}

type Recorded = {
  what: ExportKind
  scope: ExportScope
  person: string | null
  by: string | null
  withPayloads: boolean
}

/** The entry, the row of the register and a checkpoint over both, in one transaction. `said`: what the entry calls who takes it. */
async function record(
  house: House,
  tx: Transaction,
  { said, ...out }: Recorded & { said: string | null },
  until: string | null,
): Promise<{ checkpoint: SignedCheckpoint; destroyBy: string }> {
  const { what, scope, person, withPayloads } = out
  if (person !== null && !(await lockPerson(tx, person))) throw new Problem('not-found', 'there is no such person')
  const head = await lockHead(tx)
  const entry = head.size + 1
  const about = person === null ? {} : { person }
  const payload = { ...about, what, ...scope, withPayloads, by: said, through: entry }
  await appendEntries(tx, head, [{ kind: 'exported', topics: [], wording: null, person, payload }])
  const destroyBy = await registerExport(tx, { entry, ...out }, until)
  return { checkpoint: await signCheckpoint(house, tx), destroyBy }
}
