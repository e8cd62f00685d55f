import type { Command } from 'commander'
import { listAnswers, listChanges, publishChange, type Heard } from '../actions/conversation.ts'
import { replyToAnswer } from '../actions/reply-to-answer.ts'
import type { CommandContext } from './context.ts'
import { wholeNumber } from './whole-number.ts'

type Json = { json?: boolean }
const json = ['--json', 'one JSON object on stdout'] as const

/** `courtesy talk list|reply|changed|changes` */
export function talkCommands(program: Command, context: CommandContext): void {
  const talk = program.command('talk').description('what people told us, our replies, and what we changed')
  readCommands(talk, context)
  writeCommands(talk, context)
}

function readCommands(talk: Command, { terminal, withHouse }: CommandContext): void {
  talk
    .command('list')
    .description('what people told us, newest first: read by people, not scored')
    .option('--question <slug>', 'answers to that question only')
    .option('--waiting', 'only those that asked for a reply and have none yet')
    .option('--limit <n>', 'at most so many', '50')
    .option(...json)
    .action(async (options: { question?: string; waiting?: boolean; limit: string } & Json) => {
      const wanted = {
        question: options.question ?? null,
        waiting: options.waiting ?? false,
        limit: wholeNumber('--limit', options.limit),
      }
      const answers = await withHouse((house) => listAnswers(house, wanted))
      if (options.json) terminal.out(JSON.stringify({ answers }))
      else if (answers.length === 0) terminal.words('Nothing waiting. That is an answer too.')
      else for (const answer of answers) terminal.out(answerInWords(answer))
    })
  talk
    .command('changes')
    .description('what we said we changed, newest first')
    .option('--limit <n>', 'at most so many', '50')
    .option(...json)
    .action(async (options: { limit: string } & Json) => {
      const limit = wholeNumber('--limit', options.limit)
      const listed = await withHouse((house) => listChanges(house, limit))
      const changes = listed.map(({ id, text, at, answers }) => ({ id, text, at, answers }))
      if (options.json) terminal.out(JSON.stringify({ changes }))
      else for (const one of changes) terminal.out(`${one.at.slice(0, 10)}  ${one.text}  (${one.answers} answers)`)
    })
}

function writeCommands(talk: Command, { terminal, withHouse }: CommandContext): void {
  talk
    .command('reply <answer>')
    .description('one reply, only where one was asked for; it leaves by mail, through the gate')
    .requiredOption('--text <text>', 'what you answer')
    .option('--by <name>', 'who of the staff wrote it; it is signed by the brand')
    .option(...json)
    .action(async (answer: string, options: { text: string; by?: string } & Json) => {
      await withHouse((house) => replyToAnswer(house, answer, options))
      if (options.json) terminal.out(JSON.stringify({ answer, replied: true }))
      else terminal.words('Replied. It also stands on their own page, beside their words.')
    })
  talk
    .command('changed')
    .description('says on everybody’s page what you changed because people told you')
    .requiredOption('--text <text>', 'one line, as people read it')
    .option('--answer <id...>', 'the answers it came from: their writers read that theirs were part of it')
    .option(...json)
    .action(async (options: { text: string; answer?: string[] } & Json) => {
      const change = { text: options.text, answers: options.answer ?? [] }
      const published = await withHouse((house) => publishChange(house, change))
      if (options.json) terminal.out(JSON.stringify(published))
      else terminal.words('Published. Nobody is mailed for it.')
    })
}

const quoteInWords = {
  none: 'not to be quoted',
  first_name: 'may be quoted, first name',
  no_name: 'may be quoted, no name',
}

function answerInWords(answer: Heard): string {
  const reply = answer.wantsReply ? 'wants a reply' : 'no reply wanted'
  const facts = [
    answer.at,
    answer.question ?? (answer.reason ? `stopped: ${answer.reason}` : ''),
    answer.topic ?? '',
    answer.repliedAt === null ? reply : `replied ${answer.repliedAt}`,
    `${quoteInWords[answer.mayQuote]}${answer.firstName === null ? '' : ` ${answer.firstName}`}`,
    answer.id,
  ].filter((fact) => fact !== '')
  return `${facts.join(' · ')}\n${indented(answer.text)}\n`
}

/** On a terminal nothing in her words may move the cursor or look like a line of ours. */
function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ').replaceAll(/[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, '')
}
