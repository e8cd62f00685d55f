import { parseArgs } from 'node:util'
import nodemailer from 'nodemailer'
import { addTopic } from '../src/actions/add-topic.ts'
import { checkCampaign } from '../src/actions/check-campaign.ts'
import { createCampaign } from '../src/actions/create-campaign.ts'
import type { House } from '../src/actions/house.ts'
import { importPeople } from '../src/actions/import-people.ts'
import { sendCampaign } from '../src/actions/send-campaign.ts'
import { relayUse, smtpCourier } from '../src/mail/smtp-courier.ts'
import { writeAudience } from './audience-export.ts'
import { fillYear, insightsRow } from './insights.ts'
import { fillLedger, ledgerRows } from './ledger.ts'
import { bareClient, compare, openBenchHouse, rate, startSink, type Row } from './measure.ts'

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '.' },
    entries: { type: 'string', default: '100000' },
  },
})
const people = Number(values.people)
const { connections } = relayUse
const body = `# Five ways to darn\n\nHello {{name|there}},\n\n${'A hole is no reason to throw anything away. Here is one more way to close it, with a needle and some time.\n\n'.repeat(24)}`

const sink = await startSink()
const { house, folder, close } = await openBenchHouse(
  smtpCourier({ url: sink.url, ourName: 'bench.example', ...relayUse }),
)
try {
  await addTopic(house, { slug: 'repairs', name: 'Repairs', promise: 'How to mend what you have.' })
  await addTopic(house, { slug: 'new-patterns', name: 'New patterns', promise: 'What we have just drawn.' })
  const only = new RegExp(values.only)
  const ofPeople = [importing(house), checking(house), campaign(house)]
  for (const row of ofPeople.some(({ name }) => only.test(name)) ? ofPeople : []) {
    if (only.test(row.name) || row.name === 'import') await compare(row, Number(values.rounds))
  }
  const insights = insightsRow(house)
  if (only.test(insights.name)) {
    const nightMs = await fillYear(house, people)
    await compare(insights, Number(values.rounds))
    const pageMs = Math.round(1000 / (await insights.ours()))
    console.log(JSON.stringify({ bench: 'insights', people, pageMs, wanted: '< 2000', nightMs }))
  }
  if (ledgerRows(house, folder, '').some(({ name }) => only.test(name))) {
    const her = await fillLedger(house, Number(values.entries))
    for (const row of ledgerRows(house, folder, her)) {
      if (only.test(row.name)) await compare(row, Number(values.rounds))
    }
    const maxRssMb = Math.round(process.resourceUsage().maxRSS / 1024)
    console.log(JSON.stringify({ bench: 'ledger', entries: Number(values.entries), maxRssMb }))
  }
} finally {
  await close()
  sink.stop()
}

/** Import against COPY of the very rows it wrote into the same tables without anything of ours in between. */
function importing({ database }: House): Row {
  let from = 0
  const tables = ['entries', 'payloads', 'people', 'addresses']
  return {
    name: 'import',
    limitName: 'COPY FROM of the same rows into the same tables',
    wanted: 0.5,
    ours: () => {
      const audience = writeAudience(folder, people, from)
      from += people
      return rate(people, () =>
        importPeople(house, {
          ...audience,
          topicsColumn: 'About what?',
          pace: 'as-it-happens',
          attestedBy: 'Ada, CRM',
        }),
      )
    },
    limit: async () => {
      const audience = writeAudience(folder, people, from)
      from += people
      await importPeople(house, {
        ...audience,
        topicsColumn: 'About what?',
        pace: 'as-it-happens',
        attestedBy: 'Ada, CRM',
      })
      const sql = bareClient(database.url)
      const copies: { table: string; rows: Buffer }[] = []
      for (const table of tables) {
        await sql.unsafe(`create unlogged table copy_${table} (like ${table} including all)`)
        await sql.unsafe(`alter table copy_${table} set logged`)
        const chunks: Buffer[] = []
        const order = { entries: 'number', payloads: 'number', people: 'entry', addresses: 'canonical' }[table]
        const source = `select * from ${table} order by ${order} desc limit ${people}`
        for await (const chunk of await sql.unsafe(`copy (${source}) to stdout`).readable())
          chunks.push(chunk as Buffer)
        copies.push({ table, rows: Buffer.concat(chunks) })
      }
      const copied = await rate(people, async () => {
        for (const { table, rows } of copies) {
          const into = await sql.unsafe(`copy copy_${table} from stdin`).writable()
          into.end(rows)
          await new Promise((resolve, reject) => into.on('finish', resolve).on('error', reject))
        }
      })
      for (const table of tables) await sql.unsafe(`drop table copy_${table}`)
      await sql.end()
      return copied
    },
  }
}

/** A check against reading the same rows by COPY. */
function checking({ database }: House): Row {
  let made = false
  return {
    name: 'check',
    limitName: 'COPY TO of the same rows',
    wanted: 0.33,
    ours: async () => {
      if (!made) await createCampaign(house, draft('check'))
      made = true
      const [all] = await database.sql<{ n: number }[]>`select count(*)::int as n from people`
      return rate(all?.n ?? 0, () => checkCampaign(house, 'check'))
    },
    limit: async () => {
      const sql = bareClient(database.url)
      const [all] = await sql<{ n: number }[]>`select count(*)::int as n from people`
      const read = await rate(all?.n ?? 0, async () => {
        const rows = await sql
          .unsafe(
            'copy (select p.id, p.choices, p.recent, p.entry, a.spelling from people p join addresses a on a.person = p.id) to stdout',
          )
          .readable()
        rows.resume()
        await new Promise((resolve) => rows.on('end', resolve))
      })
      await sql.end()
      return read
    },
  }
}

/** A gated campaign, all in, against a plain Nodemailer pool into the same receiver. */
function campaign({ database }: House): Row {
  let round = 0
  return {
    name: 'campaign',
    limitName: `plain Nodemailer pool, ${connections} connections, no gate and no database`,
    wanted: 2.5,
    ours: async () => {
      const slug = `darn-${(round += 1)}`
      await createCampaign(house, draft(slug))
      const [all] = await database.sql<{ n: number }[]>`select count(*)::int as n from people`
      return rate(all?.n ?? 0, () => sendCampaign(house, slug, { confirm: 1e9, progress: () => undefined }))
    },
    limit: async () => {
      const pool = nodemailer.createTransport({
        host: '127.0.0.1',
        port: sink.port,
        pool: true,
        maxConnections: connections,
        maxMessages: Infinity,
        ignoreTLS: true,
      })
      const html = `<!doctype html><html><body><h1>Five ways to darn</h1>${`<p>${body.slice(44, 150)}</p>`.repeat(24)}</body></html>`
      const mails = Array.from({ length: people }, (_, n) => n)
      const sent = await rate(people, () =>
        Promise.all(
          mails.map((n) =>
            pool.sendMail({
              from: 'Fern <news@fern.example>',
              to: `p${n}@example.com`,
              subject: 'Five ways to darn',
              text: body,
              html,
              headers: {
                'List-Unsubscribe': `<https://choices.fern.example/u/${n}>`,
                'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
              },
            }),
          ),
        ),
      )
      pool.close()
      return sent
    },
  }
}

function draft(slug: string) {
  return {
    slug,
    topic: 'repairs',
    subject: 'Five ways to darn',
    inShort: 'Five ways to darn.',
    sender: 'Fern <news@fern.example>',
    body,
    usefulUntil: null,
  }
}
