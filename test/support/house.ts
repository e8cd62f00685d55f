import { randomBytes } from 'node:crypto'
import type { House } from '../../src/actions/house.ts'
import { unnamedBrand, type Brand } from '../../src/domain/brand.ts'
import { markOf, newKeyring, parseKeyring } from '../../src/domain/keyring.ts'
import type { No } from '../../src/domain/no-list.ts'
import type { Courier } from '../../src/mail/courier.ts'
import { saveBrand } from '../../src/store/brand.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { freshDatabase } from './database.ts'

export const fern: Brand = {
  ...unnamedBrand,
  name: 'Fern',
  postalAddress: '1 Mill Lane, Leeds LS1 1AA',
  replyTo: 'hello@fern.example',
  privacyUrl: 'https://fern.example/privacy',
}

/** A courier for tests in which nothing may leave: it fails the test that hands it anything. */
export const closedCourier: Courier = {
  batch: 50,
  deliver: (parcels) =>
    Promise.reject(new Error(`nothing may leave here, and ${parcels.length} parcels were handed over`)),
  close: () => Promise.resolve(),
}

export type TestHouseOptions = { courier?: Courier; serviceCourier?: Courier; publicUrl?: string; brand?: Brand | null }

export type TestHouse = House & { warnings: string[]; noes: No[] }

/**
 * A house on a fresh database of its own with an open, empty ledger, new keys and the brand Fern (`brand: null` for
 * none); closed when the test ends. `warnings` collects what it told the log, `noes` what it put on the no-list.
 */
export async function openTestHouse(
  t: { teardown(close: () => Promise<void>): unknown },
  options: TestHouseOptions = {},
): Promise<TestHouse> {
  return houseOn(t, (await freshDatabase(t)).url, options)
}

/** As {@link openTestHouse}, on a database that is there and empty. */
export async function houseOn(
  t: { teardown(close: () => Promise<void>): unknown },
  url: string,
  {
    courier = closedCourier,
    serviceCourier = courier,
    publicUrl = 'http://127.0.0.1:3000',
    brand = fern,
  }: TestHouseOptions = {},
): Promise<TestHouse> {
  const database = openDatabase(url)
  // Teardowns run last in, first out: the pools close before the database is dropped.
  t.teardown(() => database.close())
  const keys = parseKeyring(newKeyring(randomBytes))
  await openLedger(database.sql, 'test.example/ledger', markOf(keys))
  if (brand) await database.sql.begin((tx) => saveBrand(tx, brand))
  const warnings: string[] = []
  const noes: No[] = []
  let mark: string | null = null
  return {
    database,
    keys,
    courier,
    serviceCourier,
    sign: null,
    noList: {
      append: async (lines) => void noes.push(...lines),
      read: async function* () {
        yield [...noes]
      },
    },
    highWater: { read: async () => mark, write: async (note) => void (mark = note) },
    missingForRelay: [],
    publicUrl,
    warn: (message) => void warnings.push(message),
    warnings,
    noes,
  }
}
