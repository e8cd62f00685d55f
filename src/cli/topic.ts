import type { Command } from 'commander'
import { addTopic, listTopics } from '../actions/add-topic.ts'
import { publishWordings } from '../actions/publish-wordings.ts'
import { renderWording } from '../render.ts'
import type { CommandContext } from './context.ts'
import { wholeNumber } from './whole-number.ts'

/** `courtesy topic add|list` */
export function topicCommands(program: Command, { terminal, withHouse }: CommandContext): void {
  const topic = program.command('topic').description('what people can hear about')
  topic
    .command('add <slug>')
    .requiredOption('--name <name>', 'as people read it')
    .requiredOption('--promise <text>', 'one honest line: what comes under this name')
    .option('--expect <number>', 'how many emails a month, said while there is no history to count')
    .option('--json', 'one JSON object on stdout')
    .action(async (slug: string, options: { name: string; promise: string; expect?: string; json?: boolean }) => {
      const expect = options.expect === undefined ? null : wholeNumber('--expect', options.expect)
      const added = await withHouse(async (house) => {
        const one = await addTopic(house, { slug, name: options.name, promise: options.promise }, expect)
        await publishWordings(house, renderWording)
        return one
      })
      if (options.json) terminal.out(JSON.stringify(added))
      else terminal.words(`Added ${added.name}. It stands on everybody's page, ticked for nobody.`)
    })
  topic
    .command('list')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { json?: boolean }) => {
      const topics = await withHouse(listTopics)
      if (options.json) terminal.out(JSON.stringify({ topics }))
      else for (const one of topics) terminal.out(`${one.slug.padEnd(28)} ${one.name}: ${one.promise}`)
    })
}
