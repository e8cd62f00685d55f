import type { Command } from 'commander'
import { checkCampaign } from '../actions/check-campaign.ts'
import { createCampaign } from '../actions/create-campaign.ts'
import { listCampaigns, showCampaign } from '../actions/list-campaigns.ts'
import { testCampaign } from '../actions/test-campaign.ts'
import { bodyIn, findingsIn, sayFindings } from './body-file.ts'
import { changeCommands } from './campaign-change.ts'
import { controlCommands } from './campaign-control.ts'
import { checkInWords, numberText } from './campaign-words.ts'
import { confirmAndSend, type SendArguments } from './campaign-send.ts'
import type { CommandContext } from './context.ts'

type CreateOptions = {
  topic: string
  subject: string
  inShort: string
  from: string
  body: string
  usefulUntil?: string
  language?: string
  html?: boolean
  json?: boolean
}

const json = ['--json', 'one JSON object on stdout'] as const

/** `courtesy campaign create|list|show|check|test|send`, and those that steer one that is on its way */
export function campaignCommands(program: Command, context: CommandContext): void {
  const campaign = program.command('campaign').description('a message for everyone who asked for its topic')
  createCommands(campaign, context)
  campaign
    .command('check <slug>')
    .description('who would get it, and why the others would not; sends nothing')
    .option(...json)
    .action(async (slug: string, options: { json?: boolean }) => {
      const check = await context.withHouse((house) => checkCampaign(house, slug))
      context.terminal.out(options.json ? JSON.stringify(check) : checkInWords(check))
    })
  campaign
    .command('test <slug>')
    .description('one copy to the reply address; counts in no report')
    .requiredOption('--to <address>', 'the reply address')
    .action(async (slug: string, options: { to: string }) => {
      const outcome = await context.withHouse((house) => testCampaign(house, slug, options.to))
      context.terminal.words(`The test was ${outcome.kind}${outcome.reply ? `: ${outcome.reply}` : ''}.`)
      if (outcome.kind !== 'sent') process.exitCode = 1
    })
  campaign
    .command('send <slug>')
    .description('to everybody who may get it now; asks for the number first')
    .option('--confirm <n>', 'how many people you expect at most')
    .option('--at <time>', 'starts it then, with its zone: 2026-12-24T09:00+01:00')
    .option('--hold <seconds>', 'time to change your mind: 60 on a terminal, else 0')
    .option(...json)
    .action(async (slug: string, options: SendArguments) => confirmAndSend(context, slug, options))
  changeCommands(campaign, context)
  controlCommands(campaign, context)
}

function createCommands(campaign: Command, context: CommandContext): void {
  const { terminal, withHouse } = context
  campaign
    .command('create <slug>')
    .requiredOption('--topic <slug>', 'exactly one: who asked for it gets it')
    .requiredOption('--subject <text>', 'the subject line')
    .requiredOption('--in-short <text>', 'two sentences: how it stands in a digest')
    .requiredOption('--from <sender>', 'like "Fern <news@fern.example>"')
    .requiredOption('--body <file>', 'Markdown, or a design in HTML; {{name|there}} puts in her name')
    .option('--html', 'the body is a design, whatever its file is called')
    .option('--language <code>', 'the one it is written in: who chose another one does not get it')
    .option('--useful-until <time>', 'after this nobody gets it any more')
    .option(...json)
    .action(async (slug: string, options: CreateOptions) => {
      const written = bodyIn(options.body, options.html)
      const { created, findings } = await withHouse(async (house) => ({
        created: await createCampaign(house, {
          slug,
          topic: options.topic,
          subject: options.subject,
          inShort: options.inShort,
          sender: options.from,
          ...written,
          usefulUntil: options.usefulUntil ?? null,
          language: options.language ?? null,
        }),
        findings: await findingsIn(house, slug),
      }))
      const { topicSlug: topic, subject } = created
      if (options.json)
        terminal.out(JSON.stringify({ campaign: slug, topic, subject, format: created.format, findings }))
      else {
        sayFindings(context, findings)
        terminal.words(`Written. Next: courtesy campaign check ${slug}`)
      }
    })
  campaign
    .command('list')
    .option(...json)
    .action(async (options: { json?: boolean }) => {
      const campaigns = await withHouse(listCampaigns)
      if (options.json) terminal.out(JSON.stringify({ campaigns }))
      else
        for (const one of campaigns)
          terminal.out(`${one.campaign.padEnd(24)} ${one.state.padEnd(10)} ${one.topic.padEnd(20)} ${one.subject}`)
    })
  campaign
    .command('show <slug>')
    .option(...json)
    .action(async (slug: string, options: { json?: boolean }) => {
      const shown = await withHouse((house) => showCampaign(house, slug))
      if (options.json) terminal.out(JSON.stringify(shown))
      else
        for (const [name, value] of Object.entries(shown))
          terminal.out(`${name.padEnd(12)} ${typeof value === 'number' ? numberText(value) : (value ?? '')}`)
    })
}
