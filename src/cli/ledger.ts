import type { Command } from 'commander'
import { changeLedgerKey, type KeyFile } from '../actions/change-key.ts'
import { fsck } from '../actions/fsck.ts'
import { currentCheckpoint, ledgerKey } from '../actions/sign-checkpoint.ts'
import { verifyLedger } from '../actions/verify-ledger.ts'
import type { CommandContext } from './context.ts'
import { foundInWords } from './fsck-words.ts'
import { atCommand } from './ledger-at.ts'
import { exportCommands } from './ledger-export.ts'
import { recoverCommand } from './ledger-repair.ts'
import { textOf } from './text-of.ts'
import { verificationInWords } from './verification-words.ts'

/** `courtesy ledger key|checkpoint|export|prove|exports|at|fsck|verify|recover`. Verifying needs neither a database nor a network. */
export function ledgerCommands(program: Command, context: CommandContext, keyFile: () => KeyFile): void {
  const { terminal, withHouse } = context
  const ledger = program.command('ledger').description('the record of every choice, and its proof')
  ledger
    .command('key')
    .description('the public key that verifies it; give it to your auditor yourself')
    .option('--change', 'makes a new key; the old one signs who follows it')
    .action(async ({ change }: { change?: boolean }) => {
      if (!change) return terminal.out(await withHouse((house) => ledgerKey(house)))
      const { entry, key } = await withHouse((house) => changeLedgerKey(house, keyFile()))
      terminal.out(key)
      terminal.words(
        `The key was changed; entry ${entry} says so, and so did the old key. Give the new one to your auditors too. Copy the keyring to your other machines, and start again what still runs with the old one.`,
      )
    })
  ledger
    .command('checkpoint')
    .description('the newest signed state, to be kept by whoever wants to notice a rewritten past')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { json?: boolean }) => {
      const { size, note } = await withHouse(currentCheckpoint)
      terminal.out(options.json ? JSON.stringify({ size, note }) : note.trimEnd())
    })
  exportCommands(ledger, context)
  atCommand(ledger, context)
  ledger
    .command('fsck')
    .description('checks the stored ledger, everybody’s choices and every mail against each other')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { json?: boolean }) => {
      // Also, and above all, a ledger that nothing else starts on.
      const found = await withHouse((house) => fsck(house), undefined, { repair: true })
      terminal.out(options.json ? JSON.stringify(found) : foundInWords(found))
      process.exitCode = found.verdict === 'verified' ? 0 : 5
    })
  ledger
    .command('verify <file>')
    .description('checks an exported ledger, or a part of one, without network')
    .option('--key <file>', 'your own copy of the public key; without it nothing can be verified')
    .option('--since <file>', 'a checkpoint you kept: the ledger must continue it')
    .option('--json', 'one JSON object on stdout')
    .action(async (file: string, options: { key?: string; since?: string; json?: boolean }) => {
      const [key, since] = [options.key, options.since].map((name) => (name === undefined ? undefined : textOf(name)))
      const result = await verifyLedger(file, key, since)
      terminal.out(options.json ? JSON.stringify(result) : verificationInWords(result))
      process.exitCode = { verified: 0, 'not verified': 5, 'could not check': 1 }[result.verdict]
    })
  recoverCommand(ledger, context)
}
