import type { Command } from 'commander'
import { standingAt, type AnswerThen, type StandingAt } from '../actions/standing-at.ts'
import { instantIn } from '../domain/export-scope.ts'
import { numberText } from './campaign-words.ts'
import type { CommandContext } from './context.ts'

/** `courtesy ledger at ADDRESS TIME`: what somebody had agreed to at any past instant. */
export function atCommand(ledger: Command, { terminal, withHouse, now }: CommandContext): void {
  ledger
    .command('at <address> <time>')
    .description('what somebody had agreed to then, what it rests on, and what they saw; a day counts to its end')
    .option('--json', 'one JSON object on stdout')
    .action(async (address: string, time: string, options: { json?: boolean }) => {
      const at = endOf(time, now())
      const then = await withHouse((house) => standingAt(house, { address }, at))
      if (then.kind === 'standing') {
        terminal.out(options.json ? JSON.stringify(then.standing) : standingInWords(then.standing))
        return
      }
      const { kind: verdict, reason } = then
      const nothing = { sentence: null, entry: null, wording: null, evidence: null }
      if (options.json) terminal.out(JSON.stringify({ address, at: at.toISOString(), verdict, reason, ...nothing }))
      else terminal.out(`Could not check: ${reason}.`)
      process.exitCode = 1
    })
}

/** The last moment of a day (UTC), but no moment to come of today; a time as it is. */
function endOf(time: string, now: Date): Date {
  const at = instantIn(time)
  if (time.includes('T')) return at
  const end = new Date(at.getTime() + 86_400_000 - 1)
  return end > now && at <= now ? now : end
}

function standingInWords(standing: StandingAt): string {
  const { at, sentence, entry, recordedAt, kind, wording, evidence, way, form, answers, next } = standing
  const lines = [
    `As of ${at}:`,
    sentence,
    `Rests on entry ${numberText(entry)} of ${recordedAt}: ${kind}${way === null ? '' : `, by ${way}`}.`,
    wording === null ? 'That entry names no wording.' : `Wording ${wording}, ${howInWords(evidence)}.`,
  ]
  if (form)
    lines.push(
      `The form showed topics ${list(form.shown)}, ticked ${list(form.preticked)}; they left ${list(form.ticked)}.`,
    )
  lines.push(...answers.map(answerInWords))
  if (next)
    lines.push(`Changed next by entry ${numberText(next.entry)} of ${next.at}: ${next.kind}. ${next.did.join(' ')}`)
  return lines.join('\n')
}

function answerInWords({ name, answer, entry, at, evidence, wording }: AnswerThen): string {
  const basis = wording === null ? '' : `, wording ${wording}, ${howInWords(evidence)}`
  return `${name}: ${answer} since ${at}, entry ${numberText(entry)}${basis}.`
}

function howInWords(evidence: 'seen' | 'attested' | null): string {
  return evidence === 'attested' ? 'attested: somebody declares that another system showed it' : 'seen: we showed it'
}

function list(ids: readonly number[] | null): string {
  if (ids === null) return 'as is not recorded'
  return ids.length === 0 ? 'none' : ids.join(', ')
}
