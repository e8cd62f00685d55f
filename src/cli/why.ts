import type { Command } from 'commander'
import { explain, type Explanation } from '../actions/explain.ts'
import { replay } from '../actions/replay.ts'
import { Problem } from '../domain/problem.ts'
import type { CommandContext } from './context.ts'
import { explanationInWords } from './why-words.ts'

/** `courtesy why ADDRESS CAMPAIGN [--at TIME]` */
export function whyCommand(program: Command, { terminal, withHouse }: CommandContext): void {
  program
    .command('why <address> <campaign>')
    .description('why somebody gets a campaign now, later or not at all')
    .option('--at <time>', 'what the answer was then, from the record')
    .option('--json', 'one JSON object on stdout')
    .action(async (address: string, campaign: string, options: { at?: string; json?: boolean }) => {
      const at = options.at === undefined ? null : instantOf(options.at)
      const show = (explanation: Explanation) =>
        terminal.out(
          options.json ? JSON.stringify(explanation) : explanationInWords(explanation, at === null ? 'now' : 'then'),
        )
      if (at === null) {
        show(await withHouse((house) => explain(house, address, campaign)))
        return
      }
      const replayed = await withHouse((house) => replay(house, { address }, campaign, at))
      if (replayed.kind === 'replayed') {
        show(replayed.explanation)
        return
      }
      const { kind: verdict, reason } = replayed
      const nothing = { reasons: [], until: null, sentence: null, entry: null }
      if (options.json)
        terminal.out(JSON.stringify({ address, campaign, verdict, reason, ...nothing, at: at.toISOString() }))
      else terminal.out(`Could not check: ${reason}.`)
      process.exitCode = 1
    })
}

function instantOf(text: string): Date {
  const at = new Date(text)
  if (!Number.isNaN(at.getTime())) return at
  throw new Problem('invalid-input', `"${text}" is no time; write it like 2026-11-24 or 2026-11-24T10:00:00Z`)
}
