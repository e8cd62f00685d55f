import type { QuietHours } from './choices.ts'
import type { Language } from './language.ts'
import type { Picture } from './picture.ts'
import type { Ramp } from './ramp.ts'

/**
 * The company that keeps its word: its look and languages, and the rules that hold for everybody.
 * `weeklySlot` is an ISO weekday (1 Monday … 7 Sunday) with a local time; the monthly slot is the first such
 * weekday of the month. `attestedDays` and `seenDays` are the age at which a yes expires, null for never.
 * Topic mail to one recipient domain: `destinationConnections` at once in each process, `destinationRate` a minute; null
 * for no limit.
 */
export type Brand = {
  name: string
  /** Those that pages and mails are offered in, never none; the first is the brand's own. */
  languages: readonly Language[]
  postalAddress: string | null
  replyTo: string | null
  privacyUrl: string | null
  colour: string
  /** Stands for the name at the head of pages; `logoDark` does in the dark, where there is one. */
  logo: Picture | null
  logoDark: Picture | null
  timeZone: string
  quiet: QuietHours | null
  weeklySlot: Slot
  monthlySlot: Slot
  attestedDays: number | null
  seenDays: number | null
  destinationConnections: number | null
  destinationRate: number | null
  ramp: Ramp | null
  /** Everybody may read at /promises how the brand kept its word. */
  promises: boolean
}

/** The calendar moment of a digest: ISO weekday 1…7 and local time `HH:MM`, in her zone. */
export type Slot = { weekday: number; time: string }

/** A brand before anybody has set it up. Without a postal address nothing is sent. */
export const unnamedBrand: Brand = {
  name: 'Your company',
  languages: ['en'],
  postalAddress: null,
  replyTo: null,
  privacyUrl: null,
  colour: '#0b57a4',
  logo: null,
  logoDark: null,
  timeZone: 'UTC',
  quiet: null,
  weeklySlot: { weekday: 5, time: '09:00' },
  monthlySlot: { weekday: 5, time: '09:00' },
  attestedDays: null,
  seenDays: null,
  destinationConnections: null,
  destinationRate: null,
  ramp: null,
  promises: false,
}
