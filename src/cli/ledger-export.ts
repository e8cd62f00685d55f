import type { Command } from 'commander'
import { exportLedger, type ExportOrder } from '../actions/export-ledger.ts'
import { listExports } from '../actions/list-exports.ts'
import { proveLedger } from '../actions/prove-ledger.ts'
import { dayIn, periodOf } from '../domain/export-scope.ts'
import type { CommandContext } from './context.ts'
import { numberText } from './campaign-words.ts'
import { textOf } from './text-of.ts'
import type { ListedExport } from '../store/exports.ts'

type ExportOptions = {
  output: string
  from?: string
  to?: string
  person?: string
  topic?: string
  campaign?: string
  withPayloads?: boolean
  csv?: boolean
  since?: string
  by?: string
  destroyBy?: string
  json?: boolean
}

/** `courtesy ledger export|prove|exports`: what leaves the house, and the register of it. */
export function exportCommands(ledger: Command, { terminal, withHouse }: CommandContext): void {
  ledger
    .command('export')
    .description('one zip that anybody can verify offline: the whole ledger, or some entries with a proof of each')
    .requiredOption('-o, --output <file>', 'the zip to write')
    .option('--from <day>', 'entries of that day (UTC) or time, and later')
    .option('--to <day>', 'entries up to that day or time, it included')
    .option('--person <address>', 'entries about one person')
    .option('--topic <slug>', 'entries about one topic')
    .option('--campaign <slug>', 'entries that a campaign rests on or led to')
    .option('--with-payloads', 'also what the entries say, which is personal data')
    .option('--csv', 'also a table for spreadsheets')
    .option('--since <file>', 'a checkpoint you kept: a part proves that it was continued')
    .option('--by <name>', 'who takes it, for the register')
    .option('--destroy-by <day>', 'when it is to be destroyed; in 90 days if not said')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: ExportOptions) => {
      const order = orderOf(options)
      const { person, output } = options
      const exported = await withHouse((house) =>
        person === undefined ? exportLedger(house, output, order) : proveLedger(house, output, person, order),
      )
      if (options.json) terminal.out(JSON.stringify(exported))
      else terminal.words(exportedInWords(exported))
    })
  ledger
    .command('prove <address>')
    .description('one zip for one person: her entries, what they say, what she saw, and the proof of each')
    .requiredOption('-o, --output <file>', 'the zip to write')
    .option('--since <file>', 'a checkpoint you kept: the proof shows that it was continued')
    .option('--by <name>', 'who takes it, for the register')
    .option('--destroy-by <day>', 'when it is to be destroyed; in 90 days if not said')
    .option('--json', 'one JSON object on stdout')
    .action(async (address: string, options: ExportOptions) => {
      const order = { ...orderOf(options), what: 'proof', withPayloads: true } as const
      const exported = await withHouse((house) => proveLedger(house, options.output, address, order))
      if (options.json) terminal.out(JSON.stringify(exported))
      else terminal.words(exportedInWords(exported))
    })
  ledger
    .command('exports')
    .description('what was exported, by whom, and when it is to be destroyed')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { json?: boolean }) => {
      const exports = await withHouse((house) => listExports(house))
      if (options.json) terminal.out(JSON.stringify({ exports }))
      else if (exports.length === 0) terminal.words('Nothing was exported yet.')
      else terminal.out(exports.map(lineOf).join('\n'))
    })
}

function orderOf(options: ExportOptions): ExportOrder {
  const { from, to, topic = null, campaign = null, since, by, destroyBy } = options
  return {
    scope: { ...periodOf(from, to), topic, campaign },
    withPayloads: options.withPayloads ?? false,
    withTable: options.csv ?? false,
    since: since === undefined ? undefined : textOf(since),
    by,
    destroyBy: destroyBy === undefined ? null : dayIn(destroyBy),
  }
}

function exportedInWords({ file, entry, destroyBy }: { file: string; entry: number; destroyBy: string }): string {
  return [
    `${file} is written, under a checkpoint of ${numberText(entry)} entries; entry ${numberText(entry)} records it. To be destroyed by ${destroyBy}.`,
    `Check it with: courtesy ledger verify ${file} --key KEY.pub`,
  ].join('\n')
}

function lineOf({ entry, at, what, scope, person, withPayloads, by, destroyBy }: ListedExport): string {
  const limits = Object.entries({ ...scope, person }).flatMap(([name, value]) =>
    value === null ? [] : [`${name} ${value}`],
  )
  const parts = [
    `${at}  entry ${numberText(entry)}`,
    [what, ...limits].join(', '),
    withPayloads ? 'with payloads' : 'without payloads',
    `by ${by ?? 'nobody named'}`,
    `destroy by ${destroyBy}`,
  ]
  return parts.join('; ')
}
