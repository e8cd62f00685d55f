import { hash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { exportLedger, type ExportOrder } from '../src/actions/export-ledger.ts'
import { fsck } from '../src/actions/fsck.ts'
import type { House } from '../src/actions/house.ts'
import { ledgerKey } from '../src/actions/sign-checkpoint.ts'
import { verifyLedger } from '../src/actions/verify-ledger.ts'
import { everything } from '../src/domain/export-scope.ts'
import { entryLines } from '../src/store/entry-lines.ts'
import { appendEntries, lockHead, type NewEntry } from '../src/store/ledger.ts'
import { bareClient, rate, type Row } from './measure.ts'

const atOnce = 5_000
/** Somebody of whom this many entries are, spread over the whole ledger. */
const hers = 100

/** A ledger of that many entries, as an import writes them. @returns the id of somebody whose entries stand all over it. */
export async function fillLedger(house: House, entries: number): Promise<string> {
  const her = randomUUID()
  const apart = Math.ceil(entries / hers)
  const choices = { topics: { '1': { answer: 'yes', at: '2026-01-14T10:22:07.000Z' } }, pace: 'digest-weekly' }
  for (let done = 0; done < entries; done += atOnce) {
    const batch = Array.from({ length: Math.min(atOnce, entries - done) }, (_, n): NewEntry => {
      const person = (done + n) % apart === 0 ? her : randomUUID()
      return { kind: 'given', topics: [1], wording: null, person, payload: { person, before: null, after: choices } }
    })
    const ids = batch.map(({ person }) => person)
    await house.database.sql.begin(async (tx) => {
      const head = await lockHead(tx)
      await tx`
        insert into people (id, name, family_name, choices, entry)
        select distinct on (id) id, '', '', ${JSON.stringify(choices)}::text::jsonb, ${head.size} + n
        from unnest(${ids}::uuid[]) with ordinality as t (id, n) order by id, n desc
        on conflict (id) do update set entry = excluded.entry`
      await appendEntries(tx, head, batch)
    })
  }
  await house.database.sql`analyze entries, payloads, people`
  return her
}

/** What leaves the ledger against COPY TO of the same rows, and checking it against bare hashing of the same bytes. */
export function ledgerRows(house: House, folder: string, her: string): Row[] {
  const { sql } = house.database
  const file = join(folder, 'ledger.zip')
  const exporting = async (order: ExportOrder, entries?: number): Promise<number> => {
    const size = entries ?? (await sizeOf(house))
    return rate(size, () => exportLedger(house, file, order))
  }
  const copying = async (rows: string, entries?: number): Promise<number> => {
    const client = bareClient(house.database.url)
    const size = entries ?? (await sizeOf(house))
    const copied = await rate(size, async () => drained(await client.unsafe(`copy (${rows}) to stdout`).readable()))
    await client.end()
    return copied
  }
  const theme = { ...everything, topic: 'repairs' }
  return [
    {
      name: 'ledger export',
      limitName: 'COPY TO of the same rows',
      wanted: 0.7,
      ours: () => exporting({}),
      limit: () => copying('select body, leaf from entries order by number'),
    },
    {
      name: 'ledger export with payloads',
      limitName: 'COPY TO of the same rows',
      wanted: 0.35,
      ours: () => exporting({ withPayloads: true, withTable: true }),
      limit: () =>
        copying('select body, leaf, payload, salt from entries join payloads using (number) order by number'),
    },
    {
      name: 'ledger part, a proof for every entry',
      limitName: 'COPY TO of the same rows',
      wanted: 0,
      ours: () => exporting({ scope: theme }),
      limit: () => copying('select body from entries order by number'),
    },
    {
      name: 'ledger prove',
      limitName: 'COPY TO of the same rows',
      wanted: 0,
      ours: () => exporting({ person: her, what: 'proof', withPayloads: true }, hers),
      limit: () =>
        copying(`select body, payload from entries join payloads using (number) where person = '${her}'`, hers),
    },
    {
      name: 'ledger verify',
      limitName: 'SHA-256 of the same leaves, one by one',
      wanted: 0.5,
      ours: async () => {
        const { entries } = await exportLedger(house, file)
        return rate(entries, () => verified(house, file))
      },
      limit: async () => {
        // Read in stretches, hashed apart from reading, so that memory stays flat and only the hashing counts.
        let [count, seconds] = [0, 0]
        let rest = ''
        for await (const chunk of entryLines(sql, 'body', await sizeOf(house))) {
          const lines = (rest + Buffer.from(chunk).toString()).split('\n')
          rest = lines.pop() ?? ''
          const begun = performance.now()
          for (const line of lines) hash('sha256', `\0${line}`, 'hex')
          seconds += (performance.now() - begun) / 1000
          count += lines.length
        }
        return count / seconds
      },
    },
    {
      name: 'ledger fsck',
      limitName: 'COPY TO of the same rows',
      wanted: 0,
      ours: async () => {
        const size = await sizeOf(house)
        return rate(size, async () => {
          const { verdict, reason } = await fsck(house)
          if (verdict !== 'verified') throw new Error(`the ledger of the bench is ${verdict}: ${reason}`)
        })
      },
      limit: () =>
        copying('select body, leaf, payload, salt from entries join payloads using (number) order by number'),
    },
    {
      name: 'ledger verify, part',
      limitName: 'SHA-256 of the same leaves, one by one',
      wanted: 0,
      ours: async () => {
        const { entries } = await exportLedger(house, file, { scope: theme })
        return rate(entries, () => verified(house, file))
      },
      limit: () =>
        rate(atOnce, async () => {
          const line = 'x'.repeat(180)
          for (let n = 0; n < atOnce; n++) hash('sha256', `\0${line}`, 'hex')
        }),
    },
  ]
}

async function verified(house: House, file: string): Promise<void> {
  const { verdict, reason } = await verifyLedger(file, await ledgerKey(house))
  if (verdict !== 'verified') throw new Error(`the bundle of the bench is ${verdict}: ${reason}`)
}

async function sizeOf(house: House): Promise<number> {
  const [head] = await house.database.sql<{ size: string }[]>`select size from ledger_head`
  return Number(head?.size)
}

async function drained(rows: Readable): Promise<void> {
  rows.resume()
  await new Promise((resolve) => rows.on('end', resolve))
}
