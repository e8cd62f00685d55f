import { setTimeout as wait } from 'node:timers/promises'
import { checkCampaign } from '../actions/check-campaign.ts'
import { sendCampaign } from '../actions/send-campaign.ts'
import { Problem } from '../domain/problem.ts'
import { checkInWords, numberText, reportInWords } from './campaign-words.ts'
import type { CommandContext } from './context.ts'

export type SendArguments = { confirm?: string; hold?: string; json?: boolean }

/** Seconds to change one's mind, on a terminal. */
const holdSeconds = 60
const cancelled = 2

/**
 * Sends after the number was confirmed, by option or typed at the question. Ctrl-C during the hold cancels everything;
 * later it lets what is in flight finish and says how to go on; a second one ends at once.
 */
export async function confirmAndSend(context: CommandContext, slug: string, options: SendArguments): Promise<void> {
  const { terminal } = context
  const hold = wholeNumber('--hold', options.hold ?? (terminal.interactive ? String(holdSeconds) : '0'))
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    await context.withHouse(async (house) => {
      const confirm =
        options.confirm === undefined ? await askFor(context, house, slug) : wholeNumber('--confirm', options.confirm)
      if (confirm === null || !(await held(context, hold, stop.signal))) {
        terminal.words('Cancelled. Nothing was sent.')
        process.exitCode = cancelled
        return
      }
      const begun = performance.now()
      const report = await sendCampaign(house, slug, {
        confirm,
        signal: stop.signal,
        progress: (judged, people) => {
          const rate = Math.round(judged / ((performance.now() - begun) / 1000))
          terminal.progress(
            'sending',
            people === 0 ? 1 : judged / people,
            `${numberText(judged)} / ${numberText(people)}  ${numberText(rate)}/s`,
          )
        },
      })
      terminal.out(options.json ? JSON.stringify(report) : reportInWords(report))
      if (report.state === 'sending') {
        terminal.words(`Stopped before the end. Go on with: courtesy campaign send ${slug} --confirm ${confirm}`)
        process.exitCode = cancelled
      }
    })
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

async function askFor(
  { terminal }: CommandContext,
  house: Parameters<typeof checkCampaign>[0],
  slug: string,
): Promise<number | null> {
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

function wholeNumber(option: string, text: string): number {
  const n = Number(text)
  if (!Number.isSafeInteger(n) || n < 0)
    throw new Problem('invalid-input', `${option} must be a whole number (given: "${text}")`)
  return n
}
