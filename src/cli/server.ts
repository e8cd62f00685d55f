import type { Command } from 'commander'
import type { CommandContext } from './context.ts'
import { demo } from './demo.ts'

/** `courtesy serve|migrate|demo` */
export function serverCommands(program: Command, context: CommandContext): void {
  const { terminal } = context
  program
    .command('serve')
    .description('the pages')
    .action(async () => {
      const config = context.config()
      await context.withHouse(async (house) => {
        const server = await context.serve(house, config)
        terminal.words(`Courtesy listens on ${server.address}, and links in mails start with ${config.publicUrl}`)
        await server.ended
      })
    })
  program
    .command('migrate')
    .description('brings the database to the newest schema; serve does it too')
    .action(async () => {
      await context.withHouse(async () => terminal.words('The database is up to date.'))
    })
  program
    .command('demo')
    .description('everything at once on an empty machine: people, topics, one campaign, links to click')
    .option('--once', 'ends when all is done instead of serving on')
    .action((options: { once?: boolean }) => demo(context, { once: options.once ?? false }))
}
