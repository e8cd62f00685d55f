import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { brandReaders } from '../actions/brand-values.ts'
import { publishWordings } from '../actions/publish-wordings.ts'
import { setBrand, showBrand, type BrandValues } from '../actions/set-brand.ts'
import { readLogo, type WholePicture } from '../domain/picture.ts'
import { Problem } from '../domain/problem.ts'
import { renderWording } from '../render.ts'
import type { CommandContext } from './context.ts'

type BrandOptions = Partial<Record<keyof typeof readers, string>> & { json?: boolean }

/** Each option of `brand set`, and the values it gives. */
const readers = {
  ...brandReaders,
  logo: (text: string): BrandValues => ({ logo: picture('--logo', text) }),
  logoDark: (text: string): BrandValues => ({ logoDark: picture('--logo-dark', text) }),
}

/** `courtesy brand set|show` */
export function brandCommands(program: Command, { terminal, withHouse }: CommandContext): void {
  const brand = program.command('brand').description('who sends: name, address and the rules that hold for everybody')
  brand
    .command('set')
    .option('--name <name>', 'what people know you by')
    .option('--languages <codes>', 'in which pages and mails are offered, like en,de,fr,es,ar; your own first')
    .option('--postal-address <text>', 'stands in every mail; without it nothing is sent')
    .option('--reply-to <address>', 'an address that people read')
    .option('--privacy-url <url>', 'your privacy notice')
    .option('--colour <#rrggbb>', 'links and the main button')
    .option('--logo <file>', 'a PNG or SVG of at most 64 kB that heads your pages instead of the name, or none')
    .option('--logo-dark <file>', 'the same for screens in dark mode, or none')
    .option('--time-zone <zone>', 'IANA zone that holds where hers is unknown')
    .option('--quiet <from-to>', 'hours in which nothing is sent, like 21:00-08:00, or none')
    .option('--weekly-slot <slot>', 'when weekly digests go, like "friday 09:00"')
    .option('--monthly-slot <slot>', 'the first such weekday of the month')
    .option('--attested-days <n>', 'age at which an attested yes expires, or never')
    .option('--seen-days <n>', 'age at which a yes that we saw expires, or never')
    .option('--destination-connections <n>', 'mails at once to one recipient domain, in each process, or none')
    .option('--destination-rate <n>', 'mails a minute to one recipient domain, all processes together, or none')
    .option('--ramp <n>', 'a young sender: so many mails today, twice as many each day after it, or none')
    .option('--promises <on|off>', 'whether everybody may read at /promises how you kept your word')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: BrandOptions) => {
      const values: BrandValues = {}
      for (const [name, read] of Object.entries(readers)) {
        const given = options[name as keyof typeof readers]
        if (given !== undefined) Object.assign(values, read(given))
      }
      if (Object.keys(values).length === 0)
        throw new Problem('invalid-input', 'give at least one value to set; see: courtesy brand set --help')
      const saved = await withHouse(async (house) => {
        const after = await setBrand(house, values)
        await publishWordings(house, renderWording)
        return after
      })
      if (options.json) terminal.out(JSON.stringify(saved))
      else terminal.words(`Saved. Mails and pages now say ${saved.name}.`)
    })
  brand
    .command('show')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { json?: boolean }) => {
      const shown = await withHouse(showBrand)
      if (options.json) terminal.out(JSON.stringify(shown))
      else
        for (const [name, value] of Object.entries(shown))
          terminal.out(`${name.padEnd(22)} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    })
}

function picture(option: string, path: string): WholePicture | null {
  return path === 'none' ? null : readLogo(option, bytesOf(option, path))
}

function bytesOf(option: string, path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    throw new Problem('invalid-input', `${option} must be a file that can be read, or none (given: "${path}", ${why})`)
  }
}
