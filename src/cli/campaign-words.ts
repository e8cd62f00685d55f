import type { Check } from '../actions/check-campaign.ts'
import type { Report } from '../actions/report-campaign.ts'
import type { LaterReason, NeverReason } from '../domain/gate.ts'
import type { notChosen } from '../domain/narrowing.ts'

const words: Record<NeverReason | LaterReason | typeof notChosen, string> = {
  erased: 'erased',
  do_not_contact: 'not to be contacted',
  bounced: 'mailbox refused us',
  complained: 'complained',
  stopped: 'stopped everything',
  topic: 'said no to this topic',
  channel: 'don’t want email',
  paused: 'paused',
  not_asked: 'never asked for this topic',
  unconfirmed: 'never confirmed',
  no_wording: 'their wording is missing',
  consent_expired: 'their yes is too old',
  no_language: 'not in their language',
  expired_before_slot: 'out of date before their slot',
  not_chosen: 'not chosen by us',
  digest: 'in their next digest',
  cap_reached: 'had as many as they chose',
  quiet_hours: 'quiet hours where they are',
}

export function numberText(n: number): string {
  return n.toLocaleString('en-GB')
}

/** The check as a table that adds up: people, the three verdicts, a line for each reason. */
export function checkInWords(check: Check): string {
  const lines = [`Of ${numberText(check.people)} people:`]
  lines.push(row(check.now, 'get it now'), row(check.later, 'later'), row(check.never, 'not at all'))
  if (Object.keys(check.reasons).length > 0) lines.push('', 'Why not now')
  lines.push(...reasonLines(check.reasons))
  if (check.slots.length > 0) lines.push('', 'In the coming digests', ...check.slots.map(slotLine))
  if (check.lasts) lines.push('', lastsLine(check.lasts))
  if (check.now + check.later === 0) lines.push('', 'Nobody may get it. That is an answer too.')
  if (check.oldestConfirmation) {
    const rest = check.now + check.later
    lines.push(
      '',
      `Oldest confirmation relied on: ${check.oldestConfirmation.slice(0, 10)}`,
      `Resting on attested evidence: ${numberText(check.attested)} of ${numberText(rest)}`,
    )
  }
  if (check.now > 0) lines.push('', `Next: courtesy campaign send ${check.campaign} --confirm ${check.now}`)
  return lines.join('\n')
}

/** The report as a table that reconciles: what was planned, and where each of them is now. */
export function reportInWords(report: Report): string {
  const states = (
    ['sent', 'refused', 'deferred', 'unknown', 'cancelled', 'held', 'released', 'changed'] as const
  ).filter((state) => report[state] > 0)
  return [
    `${report.campaign}: ${report.state}`,
    `Of ${numberText(report.people)} people: ${numberText(report.now)} now, ${numberText(report.later)} later, ${numberText(report.never)} not at all`,
    ...reasonLines(report.reasons),
    '',
    `Resting on attested evidence: ${numberText(report.attested)} of ${numberText(report.now + report.later)}`,
    '',
    `Of those ${numberText(report.now + report.later)}:`,
    ...states.map((state) => row(report[state], state)),
    ...turnLines(report),
    '',
    `Said it wasn’t about its topic: ${numberText(report.wasntAbout)}${shareInWords(report.wasntAboutRate)}`,
  ].join('\n')
}

/** What keeps a send from leaving at once: "At 200 today, doubling daily: the last leaves on 30 November." */
function lastsLine(lasts: NonNullable<Check['lasts']>): string {
  const at = new Date(lasts.until)
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: lasts.timeZone }).format(at)
  if (lasts.by === 'ramp') return `At ${numberText(lasts.today)} today, doubling daily: the last leaves on ${day}.`
  const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: lasts.timeZone }).format(at)
  return `At ${numberText(lasts.perMinute)} a minute to ${lasts.domain}: the last leaves on ${day} at ${clock}.`
}

function turnLines({ waitingTurn, waitingTurnUntil }: Report): string[] {
  if (waitingTurn === 0 || waitingTurnUntil === null) return []
  const until = `${waitingTurnUntil.slice(0, 10)} ${waitingTurnUntil.slice(11, 16)} UTC`
  return [
    '',
    `Of those held, ${numberText(waitingTurn)} may go and wait their turn, the last until ${until}.`,
    'A running worker sends them then (courtesy serve, or courtesy work).',
  ]
}

/** The share of those who may have got it, to a tenth of a percent. */
function shareInWords(rate: number | null): string {
  if (rate === null) return ''
  const options = { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 } as const
  return ` (${rate.toLocaleString('en-GB', options)} of those who may have got it)`
}

function reasonLines(reasons: Record<string, number>): string[] {
  return Object.entries(reasons)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, n]) => row(n, words[reason as keyof typeof words] ?? reason))
}

/** What one day's slot will carry: "Friday 27 Nov: 2,900 people, 3 items". */
function slotLine({ at, people, items }: Check['slots'][number]): string {
  const options = { weekday: 'long', day: 'numeric', month: 'short', timeZone: 'UTC' } as const
  const day = new Intl.DateTimeFormat('en-GB', options).format(new Date(at)).replace(',', '')
  return `  ${day}: ${counted(people, 'person', 'people')}, ${counted(items, 'item', 'items')}`
}

/** A number with its noun: "1 checkpoint". */
export function counted(n: number, one: string, many: string): string {
  return `${numberText(n)} ${n === 1 ? one : many}`
}

function row(n: number, what: string): string {
  return `${numberText(n).padStart(9)}  ${what}`
}
