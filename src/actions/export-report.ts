import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { csvRecord } from '../domain/csv.ts'
import type { Transaction } from '../store/database.ts'
import { reportRows } from '../store/report-rows.ts'
import { writeWhole } from '../store/whole-file.ts'
import { theCampaign } from './check-campaign.ts'
import type { House } from './house.ts'

const header = ['person', 'address', 'verdict', 'reason', 'state', 'planned at', 'settled at', 'reply']

/**
 * Writes a campaign's stored deliveries to a CSV file (RFC 4180, UTF-8), one row per person, as of one instant. It holds
 * addresses, so only its owner may read it. The file appears under its name whole or not at all.
 * @returns the number of rows, the header not counted.
 * @throws Problem `not-found` for an unknown campaign, else whatever the disk throws.
 */
export async function exportReport(house: House, slug: string, file: string): Promise<{ rows: number }> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const { message } = await theCampaign(tx, slug)
    const counted = { rows: 0 }
    await writeWhole(file, Readable.from(records(tx, message, counted)))
    return counted
  })
}

/**
 * The same file as it is written, for whoever downloads it: as of one instant, in bounded memory. Ends with an error where it
 * cannot be written whole.
 */
export function reportCsv(house: House, slug: string): Readable {
  const file = new PassThrough()
  const written = house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const { message } = await theCampaign(tx, slug)
    await pipeline(Readable.from(records(tx, message, { rows: 0 })), file)
  })
  written.catch((error: unknown) => file.destroy(error instanceof Error ? error : new Error(String(error))))
  return file
}

async function* records(tx: Transaction, message: string, counted: { rows: number }): AsyncGenerator<string> {
  yield csvRecord(header)
  for await (const rows of reportRows(tx, message)) {
    counted.rows += rows.length
    yield rows
      .map((row) =>
        csvRecord([
          row.person,
          row.address,
          row.verdict,
          row.reason,
          row.state,
          row.plannedAt,
          row.settledAt,
          row.reply,
        ]),
      )
      .join('')
  }
}
