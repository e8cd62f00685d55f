import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import type { House } from '../src/actions/house.ts'
import { publishWordings } from '../src/actions/publish-wordings.ts'
import { setBrand } from '../src/actions/set-brand.ts'
import { highWaterFile } from '../src/high-water-file.ts'
import { markOf, newKeyring, parseKeyring } from '../src/domain/keyring.ts'
import type { Courier } from '../src/mail/courier.ts'
import { renderWording } from '../src/render.ts'
import { openNoList } from '../src/no-list-file.ts'
import { joinBundledServer } from '../src/store/bundled-postgres.ts'
import { openDatabase } from '../src/store/database.ts'
import { openLedger } from '../src/store/ledger.ts'
import { migrate } from '../src/store/migrations.ts'

/** One bench: what is measured against which limit in the same round; both give items per second. */
export type Row = { name: string; limitName: string; wanted: number; ours(): Promise<number>; limit(): Promise<number> }

/** Runs `count` times something over `items` and gives the rate. */
export async function rate(items: number, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return items / ((performance.now() - begun) / 1000)
}

/** Runs ours and limit in turn, round by round, and prints the median of the ratios with the median rates. */
export async function compare(row: Row, rounds: number): Promise<void> {
  const ours: number[] = []
  const limits: number[] = []
  for (let round = 0; round < rounds; round++) {
    limits.push(await row.limit())
    ours.push(await row.ours())
  }
  const ratio = median(ours.map((one, round) => one / (limits[round] ?? Number.NaN)))
  const line = {
    bench: row.name,
    perSecond: Math.round(median(ours)),
    limit: row.limitName,
    limitPerSecond: Math.round(median(limits)),
  }
  console.log(JSON.stringify({ ...line, ratio: Number(ratio.toFixed(2)), wanted: `>= ${row.wanted}`, rounds }))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** A house on a durable server of its own (fsync on) in a temporary folder, which `close` removes. */
export async function openBenchHouse(
  courier: Courier,
): Promise<{ house: House; folder: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'courtesy-bench-'))
  const server = await joinBundledServer({ dataDir: folder })
  await migrate(server.url)
  const database = openDatabase(server.url)
  const keys = parseKeyring(newKeyring(randomBytes))
  await openLedger(database.sql, 'bench.example/ledger', markOf(keys))
  const warn = (message: string) => console.error(message)
  const house = {
    database,
    keys,
    courier,
    serviceCourier: courier,
    sign: null,
    noList: openNoList(join(folder, 'no-list'), warn),
    highWater: highWaterFile(join(folder, 'high-water')),
    missingForRelay: [],
    publicUrl: 'https://choices.fern.example',
    warn,
  }
  await setBrand(house, { name: 'Fern', postalAddress: '1 Mill Lane, Leeds LS1 1AA', replyTo: 'hello@fern.example' })
  await publishWordings(house, renderWording)
  const close = async () => {
    await courier.close()
    await database.close()
    await server.leave()
    rmSync(folder, { recursive: true, force: true })
  }
  return { house, folder, close }
}

/** The receiver in a process of its own. */
export async function startSink(): Promise<{ url: string; port: number; stop(): void }> {
  const sink = spawn(process.execPath, [fileURLToPath(new URL('smtp-sink.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(sink.stdout, 'data')) as [Buffer]
  const port = Number(line.toString().trim())
  return { url: `smtp://127.0.0.1:${port}`, port, stop: () => sink.kill() }
}

/** A client of its own for limits, with nothing of ours between it and the server. */
export function bareClient(url: string): postgres.Sql {
  return postgres(url, { max: 1, onnotice: () => undefined })
}
