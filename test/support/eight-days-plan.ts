import type { Choices, QuietHours } from '../../src/domain/choices.ts'
import type { Act, Campaign, EightDays, Her } from './eight-days-oracle.ts'
import { quarter, type Rules } from './eight-days-walls.ts'

/**
 * A Saturday. In the eight days from then Europe and the Troll station go over to summer time, the first Friday of the
 * month brings every kind of digest, and Australia, New Zealand and Chile go back to winter time.
 */
const start = Date.parse('2031-03-29T00:00:00Z')
export const rules: Rules = {
  start,
  zone: 'Europe/London',
  quiet: { from: '23:00', to: '06:00' },
  attestedDays: 4_200,
}

/** When a quarter is. */
export const isoOf = (at: number): string => new Date(start + at * quarter).toISOString()

const at = (day: number, time: string) => day * 96 + Number(time.slice(0, 2)) * 4 + Number(time.slice(3)) / 15
/** The last quarter of an hour that is looked at. */
export const end = at(8, '12:00')

/** Topics 1 to 5 as the export names them, by their number. */
export const topics = [
  { slug: 'repairs', name: 'Repairs' },
  { slug: 'new-patterns', name: 'New patterns' },
  { slug: 'events', name: 'Events near you' },
  { slug: 'stories', name: 'Stories from other makers' },
  { slug: 'offers', name: 'Offers' },
]

/** Two on the first day, one that is soon of no use, one at the very instant of London's slots. */
export const campaigns: (Campaign & { at: number })[] = [
  { slug: 'darn', topic: 1, usefulUntil: null, at: at(0, '12:00') },
  { slug: 'hats', topic: 2, usefulUntil: null, at: at(0, '15:15') },
  { slug: 'fair', topic: 3, usefulUntil: at(6, '09:00'), at: at(2, '07:00') },
  { slug: 'sale', topic: 5, usefulUntil: at(6, '12:15'), at: at(4, '17:30') },
  { slug: 'mend', topic: 1, usefulUntil: null, at: at(6, '08:00') },
  { slug: 'yarn', topic: 4, usefulUntil: null, at: at(6, '22:45') },
  { slug: 'wool', topic: 2, usefulUntil: null, at: at(7, '09:30') },
]

const paces: Choices['pace'][] = [
  'as-it-happens',
  'digest-daily',
  'digest-weekly',
  'digest-monthly',
  '1-per-day',
  '2-per-day',
  '1-per-week',
  '2-per-week',
  '3-per-week',
  '1-per-month',
  '2-per-month',
]

const zones = [
  null,
  'Mars/Olympus',
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'Africa/Casablanca',
  'Antarctica/Troll',
  'America/New_York',
  'America/St_Johns',
  'America/Los_Angeles',
  'America/Santiago',
  'Pacific/Marquesas',
  'Pacific/Pago_Pago',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Australia/Sydney',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
]

const overTheSlot: QuietHours = { from: '08:00', to: '10:00' }
const quiets: (QuietHours | null)[] = [
  null,
  null,
  null,
  null,
  null,
  { from: '22:00', to: '08:00' },
  { from: '12:00', to: '13:30' },
  { from: '00:00', to: '06:15' },
  { from: '08:30', to: '09:15' },
  overTheSlot,
  { from: '17:45', to: '09:45' },
  { from: '06:00', to: '21:30' },
  overTheSlot,
]

/** A number from 0 on and below `below`, the same in every run for the same person and question. */
function draw(person: number, question: string, below: number): number {
  let state = person + 1
  for (const char of question) state = Math.imul(state ^ char.charCodeAt(0), 0x9e3779b1) ^ (state >>> 13)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  return ((state ^ (state >>> 15)) >>> 0) % below
}

function among<T>(person: number, question: string, list: readonly T[]): T {
  return list[draw(person, question, list.length)] as T
}

/** Whether the receiver says of the n-th person that there is no such mailbox. */
export const isGone = (n: number): boolean => n % 71 === 70

/**
 * Whether the n-th person, who takes one mail a week, turns to weekly digests while something waits for her that was planned
 * at the very instant of her slot: it belongs to the next one.
 */
const turnsToDigests = (n: number): boolean => n % (2 * paces.length) === paces.indexOf('1-per-week')

/** What the n-th usable person chooses, from what was imported for her: every pace in turn, the rest mixed. */
export function chosenBy(n: number, imported: Choices): Choices {
  const own = (topic: string) =>
    !turnsToDigests(n) && draw(n, `own ${topic}`, 3) === 0 ? among(n, `pace ${topic}`, paces) : null
  const answers = Object.entries(imported.topics).map(([topic, said]) => {
    const isNo = draw(n, `no ${topic}`, 25) === 0
    return [topic, isNo ? { ...said, answer: 'no' as const, basis: null } : { ...said, pace: own(topic) }]
  })
  const from = isoOf(0)
  // Some pauses end at the very instant of a campaign.
  const ends = draw(n, 'pause until', 3) === 0 ? among(n, 'campaign', campaigns).at : 1 + draw(n, 'until', end)
  const until = isoOf(ends)
  return {
    ...imported,
    topics: Object.fromEntries(answers) as Choices['topics'],
    pace: paces[n % paces.length] ?? 'digest-monthly',
    paceChosen: true,
    channels: draw(n, 'email', 40) === 0 ? { email: 'no' } : imported.channels,
    paused: draw(n, 'paused', 8) === 0 ? { from, until } : null,
    stopped: draw(n, 'stopped', 40) === 0 ? { at: from, by: 'herself', reason: null } : null,
    quiet: among(n, 'quiet', quiets),
    timeZone: turnsToDigests(n) ? null : draw(n, 'zone', 6) === 0 ? imported.timeZone : among(n, 'zone name', zones),
  }
}

/** What the n-th person does between the check of a campaign and its send, null for nothing. */
export function actBefore(n: number, her: Her, campaign: Campaign & { at: number }): Act | null {
  return draw(n, `before ${campaign.slug}`, 60) === 0 ? lessOf(n, her, campaign.slug, campaign.at) : null
}

/** When the n-th person does something in the days after, at most once and only a part of all, and what it is then. */
export function laterActOf(n: number, her: Her, oracle: EightDays): { at: number; act: () => Act } | null {
  const when = 1 + draw(n, 'act at', end)
  const { choices } = her
  if (turnsToDigests(n)) return { at: at(6, '08:15'), act: () => ({ kind: 'pace', pace: 'digest-weekly' }) }
  if (choices.quiet?.to === overTheSlot.to && n % 2 === 0) {
    // Something that has nothing to do with email, said while a digest waits for the end of quiet hours.
    const day = among(n, 'act day', [1, 3, 5, 6, 6, 6]) * 96
    const halfPastNine = Array.from({ length: 96 }, (_, more) => day + more).find(
      (one) => oracle.walls.minute(choices.timeZone, one) === 9 * 60 + 30,
    )
    return halfPastNine === undefined ? null : { at: halfPastNine, act: () => ({ kind: 'phone' }) }
  }
  if (draw(n, 'acts', 8) !== 0) return null
  const hasOwn = Object.values(choices.topics).some(({ pace }) => pace !== null)
  const others: Act[] = [
    { kind: 'resume' },
    { kind: 'quiet', quiet: { from: '20:00', to: '10:00' } },
    { kind: 'quiet', quiet: null },
    { kind: 'zone', zone: 'Pacific/Pago_Pago' },
    ...(hasOwn
      ? []
      : [{ kind: 'pace', pace: 'digest-weekly' } as const, { kind: 'pace', pace: '1-per-week' } as const]),
  ]
  const less = draw(n, 'less', 2) === 0
  return { at: when, act: () => (less ? lessOf(n, her, 'later', when) : among(n, 'other', others)) }
}

function lessOf(n: number, her: Her, question: string, when: number): Act {
  const asked = Object.keys(her.choices.topics).map(Number)
  const pause = { kind: 'pause', until: when + 1 + draw(n, `days ${question}`, 3 * 96) } as const
  const acts: Act[] = [
    { kind: 'stop' },
    { kind: 'no email' },
    ...asked.map((topic) => ({ kind: 'no', topic }) as const),
    ...(her.choices.paused === null ? [pause, pause] : []),
  ]
  return among(n, `what ${question}`, acts)
}
