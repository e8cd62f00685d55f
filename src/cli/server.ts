import type { Command } from 'commander'
import type { CommandContext } from './context.ts'
import { demo } from './demo.ts'

/** `courtesy serve|work|migrate|demo` */
export function serverCommands(program: Command, context: CommandContext): void {
  const { terminal } = context
  program
    .command('serve')
    .description('the pages, and a worker that sends what is due')
    .option('--no-worker', 'the pages alone; then something else must run: courtesy work')
    .action(async ({ worker }: { worker: boolean }) => {
      const config = context.config()
      await context.withHouse(async (house) => {
        const server = await context.serve(house, config, { worker })
        terminal.words(`Courtesy listens on ${server.address}, and links in mails start with ${config.publicUrl}`)
        await server.ended
      })
    })
  program
    .command('work')
    .description('a worker: sends what is due; any number of them share the work')
    .action(async () => {
      await context.withHouse(async (house) => {
        const worker = await context.work(house)
        terminal.words('Working. Ctrl-C ends it once what is in flight is answered; a second one ends it at once.')
        await worker.ended
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
