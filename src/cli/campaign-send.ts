import { setTimeout as wait } from 'node:timers/promises'
import { checkCampaign } from '../actions/check-campaign.ts'
import { scheduleCampaign } from '../actions/control-campaign.ts'
import type { House } from '../actions/house.ts'
import { sendCampaign } from '../actions/send-campaign.ts'
import { Problem } from '../domain/problem.ts'
import { checkInWords, numberText, reportInWords } from './campaign-words.ts'
import type { CommandContext } from './context.ts'
import { interruptible } from './interruption.ts'
import { wholeNumber } from './whole-number.ts'

export type SendArguments = { at?: string; confirm?: string; hold?: string; json?: boolean }

/** Seconds to change one's mind, on a terminal. */
const holdSeconds = 60
const cancelled = 2

/**
 * Sends after the number was confirmed, by option or typed at the question. Ctrl-C during the hold cancels everything;
 * later it lets what is in flight finish and says how to go on; a second one ends at once. With a time it is laid up.
 */
export async function confirmAndSend(context: CommandContext, slug: string, options: SendArguments): Promise<void> {
  const { at } = options
  if (at !== undefined) return schedule(context, slug, { ...options, at })
  const hold = wholeNumber('--hold', options.hold ?? (context.terminal.interactive ? String(holdSeconds) : '0'))
  await interruptible((signal) =>
    context.withHouse(async (house) => {
      const confirm =
        options.confirm === undefined ? await askFor(context, house, slug) : wholeNumber('--confirm', options.confirm)
      if (confirm !== null && (await held(context, hold, signal)))
        await send(context, house, slug, confirm, options, signal)
      else {
        context.terminal.words('Cancelled. Nothing was sent.')
        process.exitCode = cancelled
      }
    }),
  )
}

async function send(
  { terminal }: CommandContext,
  house: House,
  slug: string,
  confirm: number,
  { json }: SendArguments,
  signal: AbortSignal,
): Promise<void> {
  const begun = performance.now()
  const report = await sendCampaign(house, slug, {
    confirm,
    signal,
    progress: (judged, people) => {
      const rate = Math.round(judged / ((performance.now() - begun) / 1000))
      terminal.progress(
        'sending',
        people === 0 ? 1 : judged / people,
        `${numberText(judged)} / ${numberText(people)}  ${numberText(rate)}/s`,
      )
    },
  })
  terminal.out(json ? JSON.stringify(report) : reportInWords(report))
  if (report.state === 'sending') {
    terminal.words(`Stopped before the end. Go on with: courtesy campaign send ${slug} --confirm ${confirm}`)
    process.exitCode = cancelled
  }
}

async function schedule(
  { terminal, withHouse }: CommandContext,
  slug: string,
  { at, confirm, json }: SendArguments & { at: string },
): Promise<void> {
  if (confirm === undefined) {
    throw new Problem('invalid-input', 'say how many people at most may get it then: --at TIME --confirm N')
  }
  const most = wholeNumber('--confirm', confirm)
  const report = await withHouse((house) => scheduleCampaign(house, slug, { at, confirm: most }))
  if (json) terminal.out(JSON.stringify(report))
  terminal.words(
    `Scheduled for ${new Date(at).toISOString()}. A running worker starts it (courtesy serve, or courtesy work) if at most ${numberText(most)} people would get it then; else it is paused.`,
  )
}

async function askFor({ terminal }: CommandContext, house: House, slug: string): Promise<number | null> {
  const check = await checkCampaign(house, slug)
  terminal.words(checkInWords(check))
  const answer = await terminal.ask(`Type ${check.now} to send: `)
  if (answer === null) {
    throw new Problem(
      'invalid-input',
      `say how many people you expect: courtesy campaign send ${slug} --confirm ${check.now}`,
    )
  }
  return answer.replaceAll(/[\s,.]/g, '') === String(check.now) ? check.now : null
}

async function held({ terminal }: CommandContext, seconds: number, signal: AbortSignal): Promise<boolean> {
  if (seconds > 0) terminal.words(`Holding ${seconds} s. Ctrl-C cancels.`)
  await wait(seconds * 1000, undefined, { signal }).catch(() => undefined)
  return !signal.aborted
}
