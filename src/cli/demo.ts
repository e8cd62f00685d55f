import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { addTopic, listTopics } from '../actions/add-topic.ts'
import { checkCampaign } from '../actions/check-campaign.ts'
import { createCampaign } from '../actions/create-campaign.ts'
import { exportLedger } from '../actions/export-ledger.ts'
import type { House } from '../actions/house.ts'
import { importPeople } from '../actions/import-people.ts'
import { listCampaigns } from '../actions/list-campaigns.ts'
import { linkFor } from '../actions/people.ts'
import { publishWordings } from '../actions/publish-wordings.ts'
import { reportCampaign } from '../actions/report-campaign.ts'
import { sendCampaign } from '../actions/send-campaign.ts'
import { setBrand } from '../actions/set-brand.ts'
import type { Config } from '../config.ts'
import { renderWording } from '../render.ts'
import { checkInWords, reportInWords } from './campaign-words.ts'
import type { CommandContext } from './context.ts'

const folder = fileURLToPath(new URL('../../demo/', import.meta.url))
const campaign = 'darn'
/** One of the demo's people: her page is the one to look at. */
const reader = 'ada@example.com'

const topics = [
  { slug: 'repairs', name: 'Repairs', promise: 'How to mend what you have.' },
  { slug: 'new-patterns', name: 'New patterns', promise: 'What we have just drawn, before it is in the shop.' },
  { slug: 'events-near-you', name: 'Events near you', promise: 'Mending evenings and fairs.' },
  { slug: 'offers', name: 'Offers', promise: 'When something costs less.' },
  {
    slug: 'stories-from-other-makers',
    name: 'Stories from other makers',
    promise: 'Good things written by others, with their names on.',
  },
]

/**
 * The main job on an empty machine: a brand, topics, people from an audience export, one campaign through the gate, and
 * links to click. What is there already stays: a second run sends nothing again.
 */
export async function demo(context: CommandContext, { once }: { once: boolean }): Promise<void> {
  const config = await demoConfig(context.config({ DATA_DIR: './data-demo' }))
  const { terminal } = context
  await context.withHouse(async (house) => {
    await setUp(house)
    await importDemoPeople(house, terminal.words)
    await sendOnce(house, terminal)
    const bundle = `${config.dataDir}/ledger.zip`
    const exported = await exportLedger(house, bundle)
    const link = await linkFor(house, reader)
    const server = await context.serve(house, config, { doors: { herPage: link }, worker: !once })
    terminal.out(
      [
        '',
        `Her page     ${link}`,
        `The mailbox  ${config.publicUrl}/mailbox`,
        `The proof    ${bundle} (${exported.entries} entries)`,
        `This house   ${config.publicUrl}/`,
      ].join('\n'),
    )
    if (once) await server.close()
    else terminal.words('\nServing. Ctrl-C ends it; npm run demo goes on where it was.')
    await server.ended
  }, config)
}

/** The demo's own folder and no real relay, whatever the environment says; the next free port if 3000 is taken. */
async function demoConfig(config: Config): Promise<Config> {
  const port = await freePort(config.host, config.port)
  return {
    ...config,
    databaseUrl: null,
    secretKeyFile: null,
    production: false,
    port,
    publicUrl: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    smtpUrl: null,
    dkim: null,
    logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel,
  }
}

async function setUp(house: House): Promise<void> {
  await setBrand(house, {
    name: 'Fern',
    postalAddress: '1 Mill Lane, Leeds LS1 1AA',
    replyTo: 'hello@fern.example',
    privacyUrl: 'https://fern.example/privacy',
    timeZone: 'Europe/London',
  })
  const known = new Set((await listTopics(house)).map((topic) => topic.slug))
  for (const topic of topics) if (!known.has(topic.slug)) await addTopic(house, topic)
  await publishWordings(house, renderWording)
}

async function importDemoPeople(house: House, words: (text: string) => void): Promise<void> {
  const people = ['cleaned', 'unsubscribed', 'subscribed'].map(
    (status) => `${folder}people/${status}_members_export.csv`,
  )
  const summary = await importPeople(house, {
    files: people,
    topicsColumn: 'About what?',
    pace: 'as-it-happens',
    wording: `${folder}wording.md`,
    attestedBy: 'Ada, CRM',
  })
  words(
    `Imported ${summary.rows} rows: ${summary.usable} usable, ${summary.notAsked} not asked, ${summary.stopped} stopped, ` +
      `${summary.suppressed} suppressed, ${summary.merged} merged, ${summary.unusable} unusable. ${summary.changed} people changed.`,
  )
}

/** Checks and sends the campaign unless an earlier run did. */
async function sendOnce(house: House, terminal: CommandContext['terminal']): Promise<void> {
  const body = readFileSync(`${folder}darn.md`, 'utf8')
  const known = await listCampaigns(house)
  if (!known.some((one) => one.campaign === campaign)) {
    await createCampaign(house, {
      slug: campaign,
      topic: 'repairs',
      subject: 'Five ways to darn',
      inShort: 'Five ways to darn. Two minutes each.',
      sender: 'Fern <news@fern.example>',
      body,
      usefulUntil: null,
    })
  }
  if (known.some((one) => one.campaign === campaign && one.state === 'sent')) {
    terminal.out(reportInWords(await reportCampaign(house, campaign)))
    return
  }
  const check = await checkCampaign(house, campaign)
  terminal.out(checkInWords(check))
  const report = await sendCampaign(house, campaign, { confirm: check.now, progress: () => undefined })
  terminal.out(`\n${reportInWords(report)}`)
}

/** The wished port, or another one that is free. */
async function freePort(host: string, wished: number): Promise<number> {
  for (const port of [wished, 0]) {
    const found = await new Promise<number | null>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(null))
      probe.listen(port, host, () => {
        const address = probe.address()
        probe.close(() => resolve(typeof address === 'object' && address ? address.port : null))
      })
    })
    if (found !== null) return found
  }
  return wished
}
