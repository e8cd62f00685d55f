import type { Brand, Slot } from '../domain/brand.ts'
import { dayIn, isKnownZone, zoneFor } from '../domain/calendar.ts'
import type { QuietHours } from '../domain/choices.ts'
import type { Picture, WholePicture } from '../domain/picture.ts'
import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import type { Ramp } from '../domain/ramp.ts'
import { parseSender } from '../domain/sender.ts'
import { saveBrand, theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { savePictures } from '../store/pictures.ts'
import { forgetPromises } from '../store/turns.ts'
import type { House } from './house.ts'
import { takeTurnsAnew } from './take-turns.ts'

/**
 * Values of the brand to be set. A ramp of which only the number of its first day is given begins on the day it is set; a logo
 * comes with its bytes, or is one that is kept already.
 */
export type BrandValues = Partial<Omit<Brand, 'ramp' | keyof Logos>> & Logos & { ramp?: Ramp | number | null }
type Logos = { logo?: GivenPicture | null; logoDark?: GivenPicture | null }
type GivenPicture = Picture & Partial<WholePicture>

/**
 * Changes the given values of the brand and leaves the others. Where a limit of how fast mail leaves is among them, whatever
 * waits for its turn takes one anew. @throws Problem `invalid-input` for a value that cannot be.
 */
export async function setBrand(house: House, { ramp, ...values }: BrandValues): Promise<Brand> {
  const clean = cleaned(values)
  const isPaced = ramp !== undefined || values.destinationRate !== undefined
  const saved = await house.database.sql.begin(async (tx) => {
    await saveBrand(tx, { ...clean, ...(await savedLogos(tx, values)) })
    if (ramp !== undefined) await saveBrand(tx, { ramp: typeof ramp === 'number' ? await fromToday(tx, ramp) : ramp })
    if (isPaced) await forgetPromises(tx)
    return theBrand(tx)
  })
  if (isPaced) await takeTurnsAnew(house)
  return saved
}

/** Keeps the pictures, and gives what the brand says of them. Without a logo there is none for the dark either. */
async function savedLogos(tx: Transaction, { logo, logoDark }: Logos): Promise<Partial<Brand>> {
  if (logoDark && (logo === null || (logo === undefined && (await theBrand(tx)).logo === null)))
    throw new Problem(
      'invalid-input',
      'a logo for dark pages takes the place of another one; give the one for light pages first, or both (--logo, --logo-dark)',
    )
  await savePictures(tx, [logo, logoDark].filter(isWhole))
  const said: Partial<Brand> = {}
  if (logo !== undefined) said.logo = logo && named(logo)
  if (logo === null) said.logoDark = null
  else if (logoDark !== undefined) said.logoDark = logoDark && named(logoDark)
  return said
}

function isWhole(picture: GivenPicture | null | undefined): picture is WholePicture {
  return picture?.bytes !== undefined
}

function named({ hash, type, width, height }: Picture): Picture {
  return { hash, type, width, height }
}

async function fromToday(tx: Transaction, first: number): Promise<Ramp> {
  const [brand, now] = await Promise.all([theBrand(tx), instantNow(tx)])
  return { first, from: dayIn(now, zoneFor(null, brand)) }
}

export async function showBrand(house: House): Promise<Brand> {
  return theBrand(house.database.sql)
}

/** The values as they are kept: lines trimmed and in NFC, the reply address as a bare address. */
function cleaned(values: Partial<Brand>): Partial<Brand> {
  const clean = { ...values }
  if (values.name !== undefined) clean.name = plainLine('--name', values.name, 100)
  if (values.postalAddress) clean.postalAddress = plainLine('--postal-address', values.postalAddress, 300)
  if (values.replyTo) clean.replyTo = parseSender(values.replyTo).address
  if (values.privacyUrl && !/^https?:\/\/[^\s]+$/.test(values.privacyUrl)) {
    throw new Problem(
      'invalid-input',
      `--privacy-url must be a web address like https://fern.example/privacy (given: ${values.privacyUrl})`,
    )
  }
  if (values.colour !== undefined && !/^#[0-9a-f]{6}$/i.test(values.colour)) {
    throw new Problem('invalid-input', `--colour must be like #0b57a4 (given: ${values.colour})`)
  }
  if (values.timeZone !== undefined && !isKnownZone(values.timeZone)) {
    throw new Problem(
      'invalid-input',
      `--time-zone must be an IANA zone like Europe/London (given: ${values.timeZone})`,
    )
  }
  return clean
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Reads a slot like `friday 09:00`. @throws Problem `invalid-input` */
export function parseSlot(text: string): Slot {
  const [day = '', time = ''] = text.trim().toLowerCase().split(/\s+/)
  const weekday = weekdays.indexOf(day) + 1
  if (weekday === 0 || !isTime(time)) {
    throw new Problem('invalid-input', `a slot is a weekday and a time like "friday 09:00" (given: "${text}")`)
  }
  return { weekday, time }
}

/** Reads quiet hours like `21:00-08:00`, or `none`. @throws Problem `invalid-input` */
export function parseQuiet(text: string): QuietHours | null {
  if (text === 'none') return null
  const [from = '', to = ''] = text.split('-')
  if (!isTime(from) || !isTime(to) || from === to) {
    throw new Problem(
      'invalid-input',
      `quiet hours are two different times like 21:00-08:00, or none (given: "${text}")`,
    )
  }
  return { from, to }
}

function isTime(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text)
}
