import { resolveTxt } from 'node:dns/promises'
import type { Command } from 'commander'
import { examineSenders } from '../actions/doctor.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import type { CommandContext } from './context.ts'

const marks = { good: '✔', bad: '✘', open: '!' } as const

/** `courtesy doctor` */
export function doctorCommand(program: Command, { terminal, withHouse, config }: CommandContext): void {
  program
    .command('doctor')
    .description('looks at the domains mail is sent from as a receiving server does: SPF, DKIM, DMARC, alignment')
    .option('--json', 'one JSON object on stdout')
    .action(async ({ json }: { json?: boolean }) => {
      const { dkim, relaySigns } = config()
      const senders = await withHouse((house) => examineSenders(house, { dkim, relaySigns, resolveTxt }))
      if (json) terminal.out(JSON.stringify({ senders }))
      else if (senders.length === 0) terminal.words(staffText('staff.senders.none'))
      else
        for (const { domain, findings } of senders) {
          terminal.out(domain)
          for (const { about, look, says } of findings)
            terminal.out(
              `  ${marks[look]} ${staffText(`staff.doctor.about.${about}`)}: ${staffText(`staff.doctor.${says}`)}`,
            )
        }
      if (senders.some(({ findings }) => findings.some(({ look }) => look === 'bad'))) process.exitCode = 1
    })
}
