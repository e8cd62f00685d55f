import type { Command } from 'commander'
import { callOff } from '../actions/control-campaign.ts'
import { reviseCampaign } from '../actions/create-campaign.ts'
import { openCampaign } from '../actions/list-campaigns.ts'
import { narrowCampaign } from '../actions/narrow-campaign.ts'
import { Problem } from '../domain/problem.ts'
import { bodyIn, findingsIn, sayFindings } from './body-file.ts'
import { numberText } from './campaign-words.ts'
import type { CommandContext } from './context.ts'
import { textOf } from './text-of.ts'

type EditOptions = {
  topic?: string
  subject?: string
  inShort?: string
  from?: string
  body?: string
  html?: boolean
  language?: string
  usefulUntil?: string
  json?: boolean
}
type NarrowOptions = { to?: string; languages?: string; everybody?: boolean; json?: boolean }

const json = ['--json', 'one JSON object on stdout'] as const

/** `courtesy campaign edit|narrow|call-off`: what may be done to one that has not started. */
export function changeCommands(campaign: Command, context: CommandContext): void {
  campaign
    .command('edit <slug>')
    .description(
      'writes a draft anew; what is not named stays, and what was checked or confirmed of the old one does not hold',
    )
    .option('--topic <slug>')
    .option('--subject <text>')
    .option('--in-short <text>')
    .option('--from <sender>')
    .option('--body <file>')
    .option('--html', 'the body is a design, whatever its file is called')
    .option('--language <code>')
    .option('--useful-until <time>')
    .option(...json)
    .action(async (slug: string, options: EditOptions) => edit(context, slug, options))
  campaign
    .command('narrow <slug>')
    .description('leaves people out of a draft who could have it: nobody is added')
    .option('--to <file>', 'only these addresses, one on a line')
    .option('--languages <codes>', 'only who chose one of these, separated by commas')
    .option('--everybody', 'takes it back')
    .option(...json)
    .action(async (slug: string, options: NarrowOptions) => narrow(context, slug, options))
  campaign
    .command('call-off <slug>')
    .description('makes one that waits for its time, or its last minute, a draft again; nothing was sent')
    .option(...json)
    .action(async (slug: string, options: { json?: boolean }) => {
      await context.withHouse((house) => callOff(house, slug))
      if (options.json) context.terminal.out(JSON.stringify({ campaign: slug, state: 'draft' }))
      else context.terminal.words(`Called off: nothing was sent. Next: courtesy campaign check ${slug}`)
    })
}

async function edit(context: CommandContext, slug: string, options: EditOptions): Promise<void> {
  const { terminal, withHouse } = context
  const given = options.body === undefined ? {} : bodyIn(options.body, options.html)
  const { written, findings } = await withHouse(async (house) => {
    const now = await openCampaign(house, slug)
    const draft = {
      slug,
      topic: options.topic ?? now.topicSlug,
      subject: options.subject ?? now.subject,
      inShort: options.inShort ?? now.inShort,
      sender: options.from ?? now.sender,
      body: now.body,
      format: now.format,
      ...given,
      usefulUntil: options.usefulUntil ?? now.usefulUntil,
      language: options.language ?? now.language,
    }
    return { written: await reviseCampaign(house, draft, now.message), findings: await findingsIn(house, slug) }
  })
  const { topicSlug: topic, subject, format } = written
  if (options.json) terminal.out(JSON.stringify({ campaign: slug, topic, subject, format, findings }))
  else {
    sayFindings(context, findings)
    terminal.words(`Written anew. Next: courtesy campaign check ${slug}`)
  }
}

async function narrow({ terminal, withHouse }: CommandContext, slug: string, options: NarrowOptions): Promise<void> {
  const { to, languages, everybody } = options
  if ((everybody === true) === (to !== undefined || languages !== undefined)) {
    throw new Problem('invalid-input', 'say --to or --languages (or both) to narrow it, or --everybody to take it back')
  }
  const addresses = to === undefined ? null : textOf(to)
  const list = await withHouse(async (house) => {
    const { message, narrowing } = await openCampaign(house, slug)
    // What is not named stays: nobody widens an audience by leaving something out.
    const stays = everybody === true ? [] : (narrowing?.languages ?? [])
    const only = languages?.split(',').flatMap((code) => code.trim() || []) ?? stays
    return narrowCampaign(house, slug, { addresses, keepList: everybody !== true, languages: only }, message)
  })
  if (options.json) terminal.out(JSON.stringify({ campaign: slug, ...list }))
  else if (list) terminal.words(`${numberText(list.found)} of the ${numberText(list.listed)} addresses are known here.`)
  terminal.words(`Nobody was added. Next: courtesy campaign check ${slug}`)
}
