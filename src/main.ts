import { resolveTxt } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { raiseMark, requireMark } from './actions/high-water.ts'
import type { House } from './actions/house.ts'
import { publishWordings } from './actions/publish-wordings.ts'
import { signGrown } from './actions/sign-checkpoint.ts'
import { recordServiceKinds } from './actions/record-service-kinds.ts'
import type { Config } from './config.ts'
import { highWaterPath, keyringPath, noListPath } from './data-dir.ts'
import { markOf } from './domain/keyring.ts'
import { isLoopback } from './domain/loopback.ts'
import { Problem } from './domain/problem.ts'
import { highWaterFile } from './high-water-file.ts'
import type { Doors } from './http/home.ts'
import { identityProvider } from './identity-provider.ts'
import { openKeyring } from './keyring-file.ts'
import { keysInForce } from './keys-in-force.ts'
import type { Courier } from './mail/courier.ts'
import { dkimSigner, type Sign } from './mail/dkim.ts'
import { maildirCourier } from './mail/maildir-courier.ts'
import { missingForRelay } from './mail/relay-rule.ts'
import { relayUse, smtpCourier } from './mail/smtp-courier.ts'
import { openNoList } from './no-list-file.ts'
import { renderWording } from './render.ts'
import { keepFirstBrand } from './store/brand.ts'
import { joinBundledServer } from './store/bundled-postgres.ts'
import { openDatabase } from './store/database.ts'
import { restoring } from './store/dump.ts'
import { openLedger } from './store/ledger.ts'
import { queueSessions } from './store/metrics.ts'
import { migrate } from './store/migrations.ts'
import { startWorker, type Worker } from './worker.ts'

/** A house that is open: `close` ends everything that was opened for it, in reverse. */
export type OpenHouse = { house: House; close(): Promise<void> }

/** Service mail has connections of its own: few, because it is little, and never shared with a campaign. */
const serviceConnections = 2

/**
 * Opens everything in order: keys, database (the bundled one where none is named), schema, ledger, courier, and
 * publishes what the pages say. Safe to do in several processes at once.
 * @param options with `repair` it opens a ledger that does not fit its high-water mark too, and publishes nothing
 * @throws Problem with the fix, when anything is missing or not as it must be; nothing is left open then.
 */
export async function openHouse(
  config: Config,
  warn: (message: string) => void,
  { repair = false }: { repair?: boolean } = {},
): Promise<OpenHouse> {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closers.splice(0).toReversed()) await end()
  }
  try {
    const given = openKeyring(keyringPath(config), { make: !config.production && config.secretKeyFile === null })
    const sign = signerOf(config)
    const url = config.databaseUrl ?? (await bundledDatabase(config, closers))
    await migrate(url)
    const database = openDatabase(url)
    closers.push(database.close)
    const origin = await openLedger(database.sql, `${new URL(config.publicUrl).host}/ledger`, markOf(given))
    const keys = await keysInForce(given, keyringPath(config), { sql: database.sql, origin, repair })
    const courier = courierOf(config)
    closers.push(courier.close)
    const serviceCourier = serviceCourierOf(config, courier)
    closers.push(serviceCourier.close)
    const missing = missingForRelay({ ...config, signs: sign !== null })
    const { publicUrl } = config
    const files = { noList: openNoList(noListPath(config), warn), highWater: highWaterFile(highWaterPath(config)) }
    const house = { database, keys, courier, serviceCourier, sign, ...files, missingForRelay: missing, publicUrl, warn }
    if (repair) return { house, close }
    if ((await restoring(database.sql)) !== null) throw halfRestored()
    // Before anything is written: a ledger that lost entries must not grow.
    await requireMark(house)
    await raiseMark(house)
    await database.sql.begin(keepFirstBrand)
    await publishWordings(house, renderWording)
    await recordServiceKinds(house)
    return { house, close }
  } catch (error) {
    await close()
    throw error
  }
}

function halfRestored(): Problem {
  return new Problem(
    'not-ready',
    'a restore into this database was cut off before later stops and erasures held again. Nothing was started. Run courtesy restore with the same file again.',
  )
}

/** What runs until it is closed, or the process gets SIGTERM or SIGINT; `ended` settles then, with what was in flight answered. */
export type Running = { ended: Promise<void>; close(): Promise<void> }
export type Served = Running & { address: string }

/** Milliseconds that what is in flight has to finish after the process was told to end. */
const graceMs = 28_000

/**
 * Opens the pages on HOST and PORT, with a worker beside them unless `worker` is false.
 * @throws Problem `not-ready` when the port is taken.
 */
export async function serve(
  house: House,
  config: Config,
  { doors = {}, worker: withWorker = true }: { doors?: Partial<Doors>; worker?: boolean } = {},
): Promise<Served> {
  // The pages are a third of the program, and every other command starts without them.
  const { buildServer } = await import('./http/server.ts')
  const server = await buildServer(house, {
    logger: { level: config.logLevel },
    development: !config.production,
    trustedProxies: config.trustedProxies,
    mailbox: showsMailbox(config) ? mailboxFolder(config) : null,
    doors,
    desk: {
      uploads: join(resolve(config.dataDir), 'uploads'),
      senders: { dkim: config.dkim, relaySigns: config.relaySigns, resolveTxt },
    },
    identity: config.oidc && identityProvider(config.oidc),
  })
  try {
    const address = await server.listen({ host: config.host, port: config.port })
    const worker = withWorker ? await openWorker(house) : null
    const finish = async () => {
      await Promise.all([server.close(), worker?.stop()])
      await signLast(house)
    }
    return { address, ...untilTold(finish) }
  } catch (error) {
    await server.close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new Problem(
      'not-ready',
      `port ${config.port} on ${config.host} is taken; end what listens there, or set PORT to another one`,
    )
  }
}

/** Runs a worker without pages: it sends what is due, on any number of machines beside others. */
export async function work(house: House): Promise<Running> {
  const worker = await openWorker(house)
  return untilTold(async () => {
    await worker.stop()
    await signLast(house)
  })
}

/** What was said in the last minute is signed before the process ends; what cannot be is signed by whoever starts next. */
async function signLast(house: House): Promise<void> {
  try {
    await signGrown(house)
  } catch (error) {
    house.warn(
      `the newest entries are not signed yet: ${error instanceof Problem ? error.message : 'the database is away'}`,
    )
  }
}

async function openWorker(house: House): Promise<Worker> {
  const { PgBoss } = await import('pg-boss')
  const connection = {
    connectionString: house.database.url,
    schema: 'pgboss',
    max: 3,
    application_name: queueSessions,
  }
  return startWorker(house, () => new PgBoss(connection))
}

function untilTold(finish: () => Promise<unknown>): Running {
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>()
  let closing: Promise<void> | null = null
  const close = () => (closing ??= finish().then(() => end(), fail))
  const signalled = () => {
    // Told twice, or not done in time: go, whatever is still open.
    if (closing) process.exit(1)
    setTimeout(() => process.exit(1), graceMs).unref()
    void close()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, signalled)
  return { ended, close }
}

/** The Maildir that takes the mail while no relay is set. */
export function mailboxFolder(config: Config): string {
  return join(resolve(config.dataDir), 'mailbox')
}

/** Whether pages may show that Maildir: only while nobody but this machine can look (design.md section 9). */
export function showsMailbox(config: Config): boolean {
  return config.smtpUrl === null && isLoopback(config.host) && isLoopback(new URL(config.publicUrl).hostname)
}

/** Gives `task` the database as it is, without opening a house on it. */
export async function withDatabase<T>(config: Config, task: (url: string) => Promise<T>): Promise<T> {
  const closers: (() => Promise<void>)[] = []
  try {
    return await task(config.databaseUrl ?? (await bundledDatabase(config, closers)))
  } finally {
    for (const end of closers) await end()
  }
}

async function bundledDatabase(config: Config, closers: (() => Promise<void>)[]): Promise<string> {
  const server = await joinBundledServer({ dataDir: config.dataDir })
  closers.push(server.leave)
  return server.url
}

function courierOf(config: Config): Courier {
  if (config.smtpUrl === null) return maildirCourier(mailboxFolder(config))
  const ourName = new URL(config.publicUrl).hostname
  return smtpCourier({ url: config.smtpUrl, ourName, ...relayUse })
}

/** Where no relay is set both put mail into the same Maildir. */
function serviceCourierOf(config: Config, courier: Courier): Courier {
  const url = config.smtpServiceUrl ?? config.smtpUrl
  if (url === null) return courier
  const ourName = new URL(config.publicUrl).hostname
  return smtpCourier({ url, ourName, connections: serviceConnections, perConnection: relayUse.perConnection })
}

function signerOf(config: Config): Sign | null {
  if (config.dkim === null) return null
  const { keyFile, domain, selector } = config.dkim
  let pem: string
  try {
    pem = readFileSync(keyFile, 'utf8')
  } catch (error) {
    throw new Problem(
      'not-ready',
      `DKIM_KEY_FILE ${keyFile} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path and its rights`,
    )
  }
  return dkimSigner(pem, domain, selector)
}
