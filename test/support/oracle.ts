import type { House } from '../../src/actions/house.ts'
import type { Report } from '../../src/actions/report-campaign.ts'
import { workCampaign } from '../../src/actions/send-campaign.ts'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import { startCampaign } from '../../src/actions/send-campaign.ts'
import { theCampaign } from '../../src/actions/check-campaign.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import type { Courier } from '../../src/mail/courier.ts'
import { smtpCourier } from '../../src/mail/smtp-courier.ts'
import { openDatabase } from '../../src/store/database.ts'
import { appendEntries, lockHead } from '../../src/store/ledger.ts'
import type { FaultServer } from './fault-smtp-server.ts'

type T = { teardown(close: () => Promise<void>): unknown }

/** What a report promises at every instant: each person is counted once, and the states account for every verdict. */
export function sumsAgree(report: Report): boolean {
  const { sent, refused, deferred, unknown, cancelled, held, released, changed } = report
  const reasons = Object.values(report.reasons).reduce((a, b) => a + b, 0)
  return (
    report.people === report.now + report.later + report.never &&
    report.now + report.later === sent + refused + deferred + unknown + cancelled + held + released + changed &&
    reasons === report.later + report.never
  )
}

/** Those among `counts` that came more often than once. */
export function moreThanOnce(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].flatMap(([key, n]) => (n > 1 ? [`${key}: ${n}`] : []))
}

/** Adds `count` people with the same choices under one entry, fast. @returns their ids; addresses are `<name><n>@example.com`. */
export async function addCrowd(house: House, count: number, choices: Choices, name = 'p'): Promise<string[]> {
  return house.database.sql.begin(async (tx) => {
    const head = await lockHead(tx)
    const entry = head.size + 1
    const topics = Object.fromEntries(
      Object.entries(choices.topics).map(([key, answer]) => [key, { ...answer, entry }]),
    )
    const payload = { after: { ...choices, topics } }
    await appendEntries(tx, head, [
      { kind: 'imported', topics: Object.keys(topics).map(Number), wording: null, person: null, payload },
    ])
    const addresses = Array.from({ length: count }, (_, n) => `${name}${n}@example.com`)
    const rows = await tx<{ id: string }[]>`
      insert into people (id, name, family_name, choices, entry)
      select gen_random_uuid(), 'Ada', '', ${JSON.stringify(payload.after)}::jsonb, ${entry} from generate_series(1, ${count}::int)
      returning id`
    const ids = rows.map((row) => row.id)
    const fingerprints = addresses.map((address) => fingerprintOf(house.keys, 'email', address))
    await tx`
      insert into addresses (channel, canonical, person, spelling, fingerprint)
      select 'email', a, p, a, f from unnest(${addresses}::text[], ${ids}::uuid[], ${fingerprints}::text[]) as t (a, p, f)`
    return ids
  })
}

/** The same house as another process has it: pools and a courier of its own on the same database. */
export function otherHouse(t: T, house: House, courier: Courier): House {
  const database = openDatabase(house.database.url)
  t.teardown(() => database.close())
  return { ...house, database, courier }
}

/** A courier to a fault server; what it releases at once is the product of both numbers. */
export function courierTo(t: T, server: FaultServer, connections = 4, perConnection = 5): Courier {
  const courier = smtpCourier({ url: server.url, ourName: 'fern.example', connections, perConnection })
  t.teardown(() => courier.close())
  return courier
}

/** Writes a campaign whose subject is its slug. */
export async function writeCampaign(house: House, slug: string, topic = 'repairs'): Promise<void> {
  await createCampaign(house, {
    slug,
    topic,
    subject: slug,
    inShort: `In short: ${slug}.`,
    sender: 'Fern <news@fern.example>',
    body: `# ${slug}\n\nHello {{name|there}}.\n`,
    usefulUntil: null,
  })
}

/** Starts a campaign and works it to its end in all of the houses at once. */
export async function workTogether(houses: readonly House[], slug: string): Promise<void> {
  const [first] = houses
  if (!first) throw new Error('a campaign needs a worker')
  const campaign = await theCampaign(first.database.sql, slug)
  await startCampaign(first, campaign)
  const ends = await Promise.allSettled(
    houses.map((house) =>
      withWorker(house, (worker) =>
        workCampaign({ house, worker, campaign, signal: undefined, judged: () => undefined }),
      ),
    ),
  )
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
