import type { Command } from 'commander'
import { closeQuestion, listQuestions, openQuestion } from '../actions/questions.ts'
import type { CommandContext } from './context.ts'

const json = ['--json', 'one JSON object on stdout'] as const

/** `courtesy question open|close|list` */
export function questionCommands(program: Command, { terminal, withHouse }: CommandContext): void {
  const question = program.command('question').description('what we ask people, one question at a time')
  question
    .command('open <slug>')
    .description('puts it on the pages of those whose turn it is: once in 90 days, never on the way to a stop')
    .requiredOption('--text <text>', 'the question, as people read it; it never changes afterwards')
    .requiredOption('--why <text>', 'one line: what we will do with the answers')
    .option(...json)
    .action(async (slug: string, options: { text: string; why: string; json?: boolean }) => {
      await withHouse((house) => openQuestion(house, { slug, text: options.text, why: options.why }))
      if (options.json) terminal.out(JSON.stringify({ slug, open: true }))
      else terminal.words(`Open. Nobody is mailed for it; read what comes with: courtesy talk list --question ${slug}`)
    })
  question
    .command('close <slug>')
    .description('nobody is asked it any more; its answers stay with those who gave them')
    .option(...json)
    .action(async (slug: string, options: { json?: boolean }) => {
      const closed = await withHouse((house) => closeQuestion(house, slug))
      if (options.json) terminal.out(JSON.stringify({ slug, closed }))
      else terminal.words(closed ? 'Closed.' : 'It was closed already; nothing changed.')
    })
  question
    .command('list')
    .option(...json)
    .action(async (options: { json?: boolean }) => {
      const questions = await withHouse(listQuestions)
      if (options.json) terminal.out(JSON.stringify({ questions }))
      else
        for (const { slug, text, why, closedAt, answers } of questions) {
          const state = closedAt === null ? 'open  ' : 'closed'
          terminal.out(`${slug.padEnd(28)} ${state} ${answers} answers  ${text}  (${why})`)
        }
    })
}
