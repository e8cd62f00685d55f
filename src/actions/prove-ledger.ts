import { writeWhole } from '../store/whole-file.ts'
import { personCalled } from './explain.ts'
import { openExport, type Exported, type ExportOrder, type OpenedExport } from './export-ledger.ts'
import type { House } from './house.ts'

/** What a proof for one person may be told beside whom it is about. */
export type ProofOrder = Omit<ExportOrder, 'person'>

/**
 * Exports entries about one person into a file, by address: with `what: 'proof'` and payloads it is the proof that she,
 * or whoever asks about her, is given.
 * @throws Problem as {@link personCalled} and {@link openExport}.
 */
export async function proveLedger(house: House, file: string, address: string, order: ProofOrder): Promise<Exported> {
  const { id } = await personCalled(house, house.database.sql, address)
  const { zip, ...opened } = await openExport(house, { ...order, person: id })
  await writeWhole(file, zip)
  return { file, ...opened }
}

/** The proof of everything recorded about one person (an id), as a stream. @throws Problem as {@link openExport}. */
export function openProof(house: House, person: string, order: ProofOrder): Promise<OpenedExport> {
  return openExport(house, { ...order, person, what: 'proof', withPayloads: true })
}
