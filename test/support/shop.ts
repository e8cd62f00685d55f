import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { House } from '../../src/actions/house.ts'
import { readConfig } from '../../src/config.ts'
import { openHouse, serve } from '../../src/main.ts'
import { freshDatabase } from './database.ts'
import { temporaryFolder } from './temporary-folder.ts'

const program = fileURLToPath(new URL('../../bin/courtesy.mjs', import.meta.url))

/** What `courtesy serve` opens on an empty database, and the command line beside it. `url` is the database's. */
export type Shop = { origin: string; url: string; house: House; command(...args: string[]): Promise<string> }

/**
 * Serves an empty house as whoever installs it does, with the mailbox in a folder and the worker beside the pages, after one
 * command: who works here. @param staff the address of the first of them, an admin.
 */
export async function openShop(
  t: Parameters<typeof freshDatabase>[0] & Parameters<typeof temporaryFolder>[0],
  staff: string,
  { worker = true }: { worker?: boolean } = {},
): Promise<Shop> {
  const { url } = await freshDatabase(t)
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: url,
    DATA_DIR: join(temporaryFolder(t), 'data'),
    PORT: String(await freePort()),
    LOG_LEVEL: 'silent',
  }
  const command = async (...args: string[]) =>
    (await promisify(execFile)(process.execPath, [program, ...args], { env, maxBuffer: 1 << 28 })).stdout
  await command('staff', 'add', staff, '--role', 'admin')
  const config = readConfig(env)
  const { house, close } = await openHouse(config, () => undefined)
  t.teardown(close)
  const served = await serve(house, config, { worker })
  t.teardown(() => served.close())
  return { origin: config.publicUrl, url, house, command }
}

/** A port that was free a moment ago: links in mails have to lead to it before anything listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
