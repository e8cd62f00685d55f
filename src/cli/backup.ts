import type { Command } from 'commander'
import type { AfterRestore } from '../actions/after-restore.ts'
import type { Applied } from '../actions/apply-no-list.ts'
import { backUp } from '../actions/back-up.ts'
import type { Ended } from '../actions/end-outgoing.ts'
import type { CommandContext } from './context.ts'

/** What these two need beyond a house. `keyring` is the text of its file. */
export type BackupTools = {
  restore(file: string, options: { nothingSince: boolean }): Promise<AfterRestore>
  keyring(): string
}

/** `courtesy backup|restore` */
export function backupCommands(
  program: Command,
  { terminal, withHouse, config }: CommandContext,
  { restore, keyring }: BackupTools,
): void {
  program
    .command('backup <file>')
    .description('database and keyring as of this instant, in one file that only its owner reads')
    .option('--json', 'one JSON object on stdout')
    .action(async (file: string, options: { json?: boolean }) => {
      const made = await withHouse((house) => backUp(house, file, keyring()), config(), { repair: true })
      if (options.json) terminal.out(JSON.stringify(made))
      else
        terminal.words(
          `${made.rows} rows of ${made.tables} tables, with ${made.entries} entries of the ledger, are in ${file}. It holds every address and all keys: keep it where the keys may be, encrypted.`,
        )
    })
  program
    .command('restore <file>')
    .description('puts a backup into an empty database')
    .option('--nothing-since', 'nothing ran after the backup was made, so campaigns that are not finished go on')
    .option('--json', 'one JSON object on stdout')
    .action(async (file: string, options: { nothingSince?: boolean; json?: boolean }) => {
      const done = await restore(file, { nothingSince: options.nothingSince ?? false })
      if (options.json) terminal.out(JSON.stringify(done))
      else terminal.words(restoredWords(done))
    })
}

function restoredWords({ entries, mark, fault, ended, noList }: AfterRestore): string {
  const lines = [`Restored, with ${entries} entries of the ledger. ${endedWords(ended, noList)}`]
  if (fault !== null)
    lines.push(`It will not start yet: ${fault}. Accept that, in writing, with: courtesy ledger recover --yes`)
  else if (mark === null)
    lines.push(
      'This machine has no high-water mark, so it cannot tell whether anything was recorded after the backup. If there is another machine with DATA_DIR/high-water and DATA_DIR/no-list, copy both here and run: courtesy ledger recover --yes',
    )
  else lines.push(`The high-water mark (${mark} entries) agrees: nothing that was signed is missing.`)
  return lines.join('\n')
}

/** What was ended, and what holds again. */
export function endedWords({ campaigns, cancelled, unknown }: Ended, { stopped, erased, kept }: Applied): string {
  return `Cancelled: ${campaigns} campaigns and ${cancelled} mails that waited; unknown whether they left: ${unknown}. From the no-list hold again: ${stopped} stops, ${erased} erasures, and ${kept} of people who are not stored.`
}
