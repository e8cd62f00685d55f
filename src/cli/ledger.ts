import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { changeLedgerKey, type KeyFile } from '../actions/change-key.ts'
import { exportLedger } from '../actions/export-ledger.ts'
import { fsck, type Fsck } from '../actions/fsck.ts'
import type { SendsAgainst } from '../actions/sends-against-preferences.ts'
import { ledgerKey } from '../actions/sign-checkpoint.ts'
import { verifyLedger } from '../actions/verify-ledger.ts'
import { Problem } from '../domain/problem.ts'
import type { Verification } from '../domain/verify-bundle.ts'
import type { CommandContext } from './context.ts'
import { recoverCommand } from './ledger-repair.ts'

/** `courtesy ledger key|export|verify|fsck|recover`. Verifying needs neither a database nor a network. */
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
    .command('export')
    .description('one zip that anybody can verify offline')
    .requiredOption('-o, --output <file>', 'the zip to write')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { output: string; json?: boolean }) => {
      const exported = await withHouse((house) => exportLedger(house, options.output))
      if (options.json) terminal.out(JSON.stringify(exported))
      else
        terminal.words(
          `${exported.entries} entries in ${exported.file}. Check it with: courtesy ledger verify ${exported.file} --key KEY.pub`,
        )
    })
  ledger
    .command('fsck')
    .description('checks the stored ledger, everybody’s choices and every mail against each other')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { json?: boolean }) => {
      const found = await withHouse((house) => fsck(house))
      terminal.out(options.json ? JSON.stringify(found) : foundInWords(found))
      process.exitCode = found.verdict === 'verified' ? 0 : 5
    })
  ledger
    .command('verify <file>')
    .description('checks an exported ledger, without network')
    .requiredOption('--key <file>', 'your own copy of the public key')
    .option('--since <file>', 'a checkpoint you kept: the ledger must continue it')
    .option('--json', 'one JSON object on stdout')
    .action(async (file: string, options: { key: string; since?: string; json?: boolean }) => {
      const since = options.since === undefined ? undefined : textOf(options.since)
      const result = await verifyLedger(file, textOf(options.key), since)
      if (options.json) terminal.out(JSON.stringify(result))
      else terminal.out(inWords(result))
      process.exitCode = { verified: 0, 'not verified': 5, 'could not check': 1 }[result.verdict]
    })
  recoverCommand(ledger, context)
}

function foundInWords({ faults, sends, ...found }: Fsck): string {
  const erased = found.erased > 0 ? ` (what ${found.erased} commit to is erased)` : ''
  return [
    faults.length === 0
      ? `The ledger is whole: ${found.entries} entries${erased}, ${found.checkpoints} checkpoints, ${found.seals} seals.`
      : 'The ledger is not as it was written:',
    ...faults.map(({ reason }) => `  ${reason}`),
    ...(faults.length === 0
      ? [`The choices of ${found.people} people and ${found.deliveries} deliveries are as it says.`]
      : []),
    ...(sends === null ? ['Sends against preferences: the record is too damaged to tell.'] : sendsInWords(sends)),
  ].join('\n')
}

function sendsInWords({ checked, against, couldNotCheck, first }: SendsAgainst): string[] {
  const erased = couldNotCheck > 0 ? `; ${couldNotCheck} could not be checked, their record is erased` : ''
  return [
    `Sends against preferences: ${against} of ${checked}${erased}.`,
    ...first.map((one) => `  delivery ${one.delivery} at ${one.at}: ${one.verdict}, ${one.reason}`),
  ]
}

function inWords(result: Verification): string {
  switch (result.verdict) {
    case 'verified':
      return `Verified. All ${result.entries} entries are as they were signed, in this order, none missing.`
    case 'not verified':
      return `Not verified: ${result.reason}${result.firstBadEntry === null ? '' : `. Everything from entry ${result.firstBadEntry} on is in doubt`}.`
    case 'could not check':
      return `Could not check: ${result.reason}.`
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem('invalid-input', `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
