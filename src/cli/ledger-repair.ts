import type { Command } from 'commander'
import { lookAtMark } from '../actions/high-water.ts'
import { recoverLedger } from '../actions/recover-ledger.ts'
import { Problem } from '../domain/problem.ts'
import { endedWords } from './backup.ts'
import type { CommandContext } from './context.ts'

/** `courtesy ledger recover`: for a person who decided to go on with a database that lost what was signed. */
export function recoverCommand(ledger: Command, { terminal, withHouse, config }: CommandContext): void {
  ledger
    .command('recover')
    .description('goes on with a database that is older than its high-water mark, and says so in the ledger')
    .option('--yes', 'accept what is lost: unfinished campaigns are cancelled, later stops and erasures hold again')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { yes?: boolean; json?: boolean }) => {
      const done = await withHouse(
        async (house) => {
          const { fault } = await lookAtMark(house)
          if (fault !== null && !options.yes) throw notYet(fault)
          return recoverLedger(house)
        },
        config(),
        { repair: true },
      )
      if (options.json) terminal.out(JSON.stringify(done ?? { entry: null }))
      else if (!done) terminal.words('The ledger fits its high-water mark: there is nothing to recover from.')
      else
        terminal.words(
          `Recovered; entry ${done.entry} says so. ${done.had} entries were there, ${done.mark ?? 'an unknown number'} had been signed. ${endedWords(done.ended, done.noList)}\nTell your auditors: a checkpoint of before no longer verifies, and this entry is why.`,
        )
    })
}

function notYet(fault: string): Problem {
  return new Problem(
    'invalid-input',
    `${fault}. To go on all the same: an entry says what was lost, every campaign that is not finished is cancelled, drafts too, what is in flight becomes unknown, and the stops and erasures of DATA_DIR/no-list hold again. Nothing was changed; say --yes for it.`,
  )
}
