import type { Explanation } from '../actions/explain.ts'
import type { LaterReason, NeverReason } from '../domain/gate.ts'
import type { notChosen } from '../domain/narrowing.ts'
import { termsOf } from '../domain/pace.ts'
import { numberText } from './campaign-words.ts'

type Reason = NeverReason | LaterReason | typeof notChosen
type Recorded = NonNullable<Explanation['delivery']>

/**
 * What became of the message where it has left, else the verdict; then her sentence, and the entry it rests on. As of a
 * past instant the verdict comes first, and what was recorded after it.
 */
export function explanationInWords(explanation: Explanation, asOf: 'now' | 'then'): string {
  const { delivery, entry, sentence, at } = explanation
  const verdict = verdictLine(explanation)
  const outcome = delivery && delivery.state !== 'held' ? outcomeLine(delivery, explanation) : null
  const lines = asOf === 'then' ? [`As of ${whenIn(explanation, at)}: ${verdict}`] : [outcome ?? verdict]
  lines.push(sentence)
  if (entry !== null) lines.push(`Rests on ledger entry ${numberText(entry)}.`)
  if (delivery) lines.push(`Decided ${whenIn(explanation, delivery.plannedAt)}: ${delivery.verdict}.`)
  const gone = delivery === null && asOf === 'now' ? withoutThem[explanation.state] : undefined
  if (gone) lines.push(gone)
  if (asOf === 'then' && outcome) lines.push(`What became of it: ${outcome}`)
  return lines.join('\n')
}

/** What a verdict comes to where nothing is recorded of them and the campaign has gone by. */
const withoutThem: Partial<Record<Explanation['state'], string>> = {
  sent: 'The campaign was sent without them: they could not have it then, or were not here yet.',
  paused: 'The campaign is paused.',
  cancelled: 'The campaign was cancelled.',
}

function verdictLine(explanation: Explanation): string {
  const { verdict, reason, until, turn } = explanation
  if (reason === null && turn) return `now: ${turnWords(turn)}. Its turn should come ${whenIn(explanation, turn.at)}.`
  if (reason === null) return 'now: nothing keeps it from them.'
  const next = until === null ? '' : ` ${untilWords[reason] ?? 'Until'} ${whenIn(explanation, until)}.`
  return `${verdict}: ${because(reason, explanation)}.${next}`
}

/** "waiting its turn: at most 10 a minute to example.com" */
function turnWords({ domain, perMinute, today }: NonNullable<Explanation['turn']>): string {
  const limits = [
    ...(perMinute === null ? [] : [`at most ${numberText(perMinute)} a minute to ${domain}`]),
    ...(today === null ? [] : [`at most ${numberText(today)} mails today, doubling daily`]),
  ]
  return `waiting its turn${limits.length > 0 ? `: ${limits.join(', ')}` : ''}`
}

const untilWords: Partial<Record<Reason, string>> = { digest: 'Next slot', cap_reached: 'Room again' }

/** What became of it, as far as it is recorded. */
function outcomeLine(delivery: Recorded, explanation: Explanation): string {
  const { state, settledAt, dueAt, digest, reply, reason } = delivery
  const when = settledAt === null ? '' : ` ${whenIn(explanation, settledAt)}`
  const others = digest === null ? '' : `, in a digest of ${numberText(digest.items)}`
  const why = reason === null ? '' : `: ${because(reason as Reason, explanation)}`
  switch (state) {
    case 'sent':
      return `sent${when}${others}.`
    case 'released':
      return `on its way${others}; no answer is recorded yet.`
    case 'refused':
      return `refused${when} by their mail server${reply ? `: ${reply}` : '.'}`
    case 'deferred':
      return `put off by their mail server${reply ? `: ${reply}` : ''}; again ${whenIn(explanation, dueAt ?? explanation.at)}.`
    case 'unknown':
      return `unknown: handed over${others}, and no answer came; it is not sent again.`
    case 'cancelled':
      return `cancelled${when}${why === '' ? ': the campaign was called back' : why}.`
    default:
      return `held back${when}${why}.`
  }
}

function because(reason: Reason, { topic, pace, last, timeZone }: Explanation): string {
  const latest = last === null ? '' : `${last.topic}, ${dayIn(last.at, timeZone)}`
  if (reason === 'digest' && latest !== '') return `already had ${slotWords(pace)} one (${latest})`
  if (reason === 'cap_reached') return `already had as many as they chose${latest === '' ? '' : ` (last ${latest})`}`
  return words[reason].replace('{topic}', () => topic)
}

const words: Record<Exclude<Reason, 'cap_reached'>, string> = {
  erased: 'we erased this address, as they wished',
  do_not_contact: 'the address is on the list of those not to be contacted',
  bounced: 'their mailbox refused us',
  complained: 'they reported one of our emails as unwanted',
  stopped: 'they stopped everything',
  topic: 'they said no to {topic}',
  channel: 'they don’t want email',
  paused: 'they paused',
  not_asked: 'they never asked for {topic}',
  unconfirmed: 'they never confirmed {topic}',
  no_wording: 'the wording they agreed to is missing',
  consent_expired: 'their yes to {topic} is too old',
  no_language: 'it isn’t written in their language',
  expired_before_slot: 'it is out of date before it may go',
  not_chosen: 'we narrowed it to others',
  digest: 'they chose a digest',
  quiet_hours: 'it is quiet hours where they are',
}

function slotWords(pace: Explanation['pace']): string {
  const terms = termsOf(pace)
  if (terms.kind === 'as-it-happens') return 'this'
  return { day: 'today’s', week: 'this week’s', month: 'this month’s' }[terms.period]
}

/** "Fri 27 Nov 09:00", where they are. */
function whenIn({ timeZone }: Explanation, at: string): string {
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const
  return `${dayIn(at, timeZone)} ${new Intl.DateTimeFormat('en-GB', clock).format(new Date(at))}`
}

function dayIn(at: string, timeZone: string): string {
  const day = { weekday: 'short', day: 'numeric', month: 'short', timeZone } as const
  return new Intl.DateTimeFormat('en-GB', day).format(new Date(at)).replace(',', '')
}
