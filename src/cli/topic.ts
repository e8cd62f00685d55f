import type { Command } from 'commander'
import { addTopic, listTopics } from '../actions/add-topic.ts'
import { publishWordings } from '../actions/publish-wordings.ts'
import { setTopic, type NewWords } from '../actions/set-topic.ts'
import { renderWording } from '../render.ts'
import { topicIn } from '../domain/topic.ts'
import type { CommandContext } from './context.ts'
import { wholeNumber } from './whole-number.ts'

type SetOptions = NewWords & { language?: string; json?: boolean }

/** `courtesy topic add|set|list` */
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
    .command('set <slug>')
    .description('changes what people read of it; nobody is asked again by that')
    .option('--language <code>', 'says it in that language: de, fr, …; without it the topic’s own words change')
    .option('--name <name>', 'as people read it')
    .option('--promise <text>', 'one honest line: what comes under this name')
    .option('--json', 'one JSON object on stdout')
    .action(async (slug: string, { language, json, ...words }: SetOptions) => {
      const changed = await withHouse(async (house) => {
        const one = await setTopic(house, slug, language ?? null, words)
        await publishWordings(house, renderWording)
        return one
      })
      if (json) terminal.out(JSON.stringify(changed))
      else terminal.words(`Saved. The pages ask about ${topicIn(changed, language ?? '').name} from now on.`)
    })
  topic
    .command('list')
    .option('--json', 'one JSON object on stdout')
    .action(async (options: { json?: boolean }) => {
      const topics = await withHouse(listTopics)
      if (options.json) terminal.out(JSON.stringify({ topics }))
      else
        for (const { slug, name, promise, translations = {} } of topics) {
          terminal.out(`${slug.padEnd(28)} ${name}: ${promise}`)
          for (const [language, its] of Object.entries(translations)) {
            terminal.out(`${language.padStart(28)} ${its.name}: ${its.promise}`)
          }
        }
    })
}
