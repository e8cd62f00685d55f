import type { Command } from 'commander'
import { cancelCampaign, pauseCampaign, resumeCampaign } from '../actions/control-campaign.ts'
import { exportReport } from '../actions/export-report.ts'
import { reportCampaign, type Report } from '../actions/report-campaign.ts'
import { retryUnknown, unknownOf } from '../actions/retry-unknown.ts'
import { numberText, reportInWords } from './campaign-words.ts'
import type { CommandContext } from './context.ts'
import { interruptible } from './interruption.ts'
import { wholeNumber } from './whole-number.ts'

const json = ['--json', 'one JSON object on stdout'] as const

const controls = [
  ['pause', 'lets nothing more of it out until it is resumed', pauseCampaign, afterPause],
  ['resume', 'lets a paused one go on', resumeCampaign, afterResume],
  ['cancel', 'ends it for good: what waits is cancelled', cancelCampaign, afterCancel],
] as const

/** `courtesy campaign pause|resume|cancel|retry|report` */
export function controlCommands(campaign: Command, context: CommandContext): void {
  for (const [name, description, act, next] of controls) {
    campaign
      .command(`${name} <slug>`)
      .description(description)
      .option(...json)
      .action(async (slug: string, options: { json?: boolean }) => {
        const report = await context.withHouse((house) => act(house, slug))
        context.terminal.out(options.json ? JSON.stringify(report) : reportInWords(report))
        const words = next(report)
        if (words !== null) context.terminal.words(words)
      })
  }
  campaign
    .command('retry <slug>')
    .description('how many deliveries are unknown: perhaps they arrived; with --confirm sends them again')
    .option('--confirm <n>', 'sends again, if at most so many are unknown')
    .option(...json)
    .action(async (slug: string, options: { confirm?: string; json?: boolean }) => retry(context, slug, options))
  campaign
    .command('report <slug>')
    .description('what became of it; the sums agree')
    .option('--csv <file>', 'also writes a row for each person with a stored delivery; it holds addresses')
    .option(...json)
    .action(async (slug: string, options: { csv?: string; json?: boolean }) => {
      const { terminal } = context
      await context.withHouse(async (house) => {
        const report = await reportCampaign(house, slug)
        terminal.out(options.json ? JSON.stringify(report) : reportInWords(report))
        if (options.csv === undefined) return
        const { rows } = await exportReport(house, slug, options.csv)
        terminal.words(
          `${numberText(rows)} rows are in ${options.csv}. It holds addresses: delete it when it has served.`,
        )
      })
    })
}

function afterPause(report: Report): string {
  const flying = report.released > 0 ? ` ${numberText(report.released)} are handed over and will be answered.` : ''
  return `Nothing more of it leaves.${flying} Go on with: courtesy campaign resume ${report.campaign}`
}

function afterResume(report: Report): string | null {
  switch (report.state) {
    case 'sending':
      return `A running worker goes on with it (courtesy serve, or courtesy work); or: courtesy campaign send ${report.campaign} --confirm N`
    case 'draft':
      return `Its time passed before it started, so nothing starts by itself. Next: courtesy campaign check ${report.campaign}`
    default:
      return null
  }
}

function afterCancel(report: Report): string | null {
  if (report.released === 0) return null
  return `${numberText(report.released)} are in the hands of a worker that does not answer; they may still arrive. Look again with: courtesy campaign cancel ${report.campaign}`
}

async function retry(
  { terminal, withHouse }: CommandContext,
  slug: string,
  options: { confirm?: string; json?: boolean },
): Promise<void> {
  const said = options.confirm
  if (said === undefined) {
    const found = await withHouse((house) => unknownOf(house, slug))
    if (options.json) terminal.out(JSON.stringify(found))
    else if (found.unknown === 0) terminal.out('Nothing of it is unknown.')
    else {
      terminal.out(`${numberText(found.unknown)} deliveries are unknown: perhaps they arrived, perhaps not.`)
      terminal.words(
        `To send them again, so that some people may have it twice: courtesy campaign retry ${slug} --confirm ${found.unknown}`,
      )
    }
    return
  }
  const confirm = wholeNumber('--confirm', said)
  await interruptible(async (signal) => {
    const done = await withHouse((house) => retryUnknown(house, slug, { confirm, signal }))
    if (options.json) terminal.out(JSON.stringify(done))
    else
      terminal.out(
        `Of ${numberText(done.unknown)} unknown ones, ${numberText(done.again)} were sent again and ${numberText(done.stayed)} stay as they are.`,
      )
  })
}
