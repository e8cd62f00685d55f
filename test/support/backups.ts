import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { backUp } from '../../src/actions/back-up.ts'
import type { House } from '../../src/actions/house.ts'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import { readConfig, type Config } from '../../src/config.ts'
import { mailboxFolder, openHouse } from '../../src/main.ts'
import { newestMails } from '../../src/mail/maildir-reader.ts'
import { renderWording } from '../../src/render.ts'
import { restore } from '../../src/restore.ts'
import { addTopics } from './cast.ts'
import { emptyDatabase } from './database.ts'
import { temporaryFolder } from './temporary-folder.ts'

export type T = { teardown(work: () => unknown): unknown }

/** A machine: its folder, and what it writes to its log. Databases come and go. */
export type Machine = { folder: string; config(url: string): Config; warnings: string[] }

export function machine(t: T): Machine {
  const folder = temporaryFolder(t)
  const config = (url: string) =>
    readConfig({ DATABASE_URL: url, DATA_DIR: folder, PUBLIC_URL: 'http://127.0.0.1:3999', LOG_LEVEL: 'silent' })
  return { folder, config, warnings: [] }
}

/** Opens a house on a machine as every command does; closed when the test ends, or before. */
export async function opened(
  t: T,
  { config, warnings }: Machine,
  url: string,
): Promise<House & { close(): Promise<void> }> {
  const { house, close } = await openHouse(config(url), (message) => void warnings.push(message))
  t.teardown(close)
  return { ...house, close }
}

/** A house with topics and a brand on a machine and a database of its own. */
export async function newHouse(t: T, on: Machine): Promise<House & { close(): Promise<void> }> {
  const house = await opened(t, on, await emptyDatabase(t))
  await addTopics(house)
  const settings = { name: 'Fern', postalAddress: '1 Mill Lane, Leeds LS1 1AA', replyTo: 'hello@fern.example' }
  await setBrand(house, settings)
  await publishWordings(house, renderWording)
  return house
}

export async function backedUp(house: House, { folder }: Machine, name = 'backup.zip'): Promise<string> {
  const file = join(folder, name)
  await backUp(house, file, readFileSync(join(folder, 'keyring.json'), 'utf8'))
  return file
}

/** Restores on a machine into a new database. */
export async function restored(t: T, { config, warnings }: Machine, file: string, nothingSince = false) {
  const url = await emptyDatabase(t)
  const told = await restore(config(url), file, { nothingSince, warn: (message) => void warnings.push(message) })
  return { url, told }
}

/** Opens a house on a database that does not fit its mark, as `ledger recover` does. */
export async function repaired(t: T, on: Machine, url: string): Promise<House> {
  const { house, close } = await openHouse(on.config(url), (message) => void on.warnings.push(message), {
    repair: true,
  })
  t.teardown(close)
  return house
}

/** How many mails lie in a machine's mailbox, and how many of them have that subject. */
export async function mailsOf({ config }: Machine, subject: string): Promise<number> {
  const { mails } = await newestMails(mailboxFolder(config('postgres://127.0.0.1/none')))
  return mails.filter((mail) => mail.subject === subject).length
}
