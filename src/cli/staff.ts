import type { Command } from 'commander'
import { addStaff, listStaff, removeStaff } from '../actions/staff.ts'
import type { CommandContext } from './context.ts'

type Json = { json?: boolean }
const json = ['--json', 'one JSON object on stdout'] as const

/** `courtesy staff add|list|remove` */
export function staffCommands(program: Command, { terminal, withHouse, config }: CommandContext): void {
  const staff = program.command('staff').description('who works here, and what they may do')
  staff
    .command('add <email>')
    .description('lets somebody sign in, or gives them another role; a new role ends their sessions')
    .requiredOption(
      '--role <role>',
      'auditor: reads the audit desk; marketer: writes campaigns; admin: both, and settings',
    )
    .option('--name <name>', 'as their colleagues read it')
    .option(...json)
    .action(async (email: string, options: { role: string; name?: string } & Json) => {
      const saved = await withHouse((house) => addStaff(house, email, options))
      if (options.json) terminal.out(JSON.stringify(saved))
      else {
        const done = { added: 'Added', 'role-changed': 'Changed, and all their sessions are ended:', unchanged: 'Kept' }
        terminal.words(`${done[saved.kind]} ${saved.address} as ${saved.role}.`)
        terminal.words(`They sign in at ${config().publicUrl}/staff/sign-in`)
      }
    })
  staff
    .command('list')
    .option(...json)
    .action(async (options: Json) => {
      const all = await withHouse(listStaff)
      if (options.json) terminal.out(JSON.stringify({ staff: all }))
      else for (const { address, role, name } of all) terminal.out(`${role.padEnd(9)} ${address}${name && `  ${name}`}`)
    })
  staff
    .command('remove <email>')
    .description('lets somebody sign in no more, and ends all their sessions')
    .option(...json)
    .action(async (email: string, options: Json) => {
      const removed = await withHouse((house) => removeStaff(house, email))
      if (options.json) terminal.out(JSON.stringify(removed))
      else terminal.words(`Removed ${removed.address}; all their sessions are ended.`)
    })
}
