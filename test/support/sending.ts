import { createCampaign } from '../../src/actions/create-campaign.ts'
import type { House } from '../../src/actions/house.ts'
import type { Report } from '../../src/actions/report-campaign.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sendDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import type { Courier, Outcome, Parcel } from '../../src/mail/courier.ts'
import { moveClock } from './database.ts'

const sent = { kind: 'sent', reply: null, reached: true } as const

/** Takes every mail and remembers it; `answer` says otherwise for some. */
export function takingCourier(answer: (parcel: Parcel) => Omit<Outcome, 'delivery'> = () => sent) {
  const parcels: Parcel[] = []
  const courier: Courier = {
    batch: 50,
    deliver: async (given) => {
      parcels.push(...given)
      return given.map((parcel) => ({ delivery: parcel.delivery, ...answer(parcel) }))
    },
    close: async () => undefined,
  }
  return { courier, parcels }
}

/** Writes a campaign about a topic. */
export async function writeCampaign(
  house: House,
  slug: string,
  { topic = 'repairs', subject = `About ${slug}`, body = `# ${slug}\n\nHello {{name|there}}.\n` } = {},
): Promise<string> {
  const written = await createCampaign(house, {
    slug,
    topic,
    subject,
    inShort: `In short: ${slug}.`,
    sender: 'Fern <news@fern.example>',
    body,
    usefulUntil: null,
  })
  return written.message
}

export async function sendNow(house: House, slug: string): Promise<Report> {
  return sendCampaign(house, slug, { confirm: 100_000, progress: () => undefined })
}

/** Sends whatever is due. */
export async function wakeDue(house: House): Promise<number> {
  return withWorker(house, (worker) => sendDue(house, worker))
}

/** Moves the clock of the test's database to an instant (ISO). @returns the time it is then. */
export async function toInstant(house: House, at: string): Promise<Date> {
  const { sql, url } = house.database
  const [row] = await sql<{ s: number }[]>`select extract(epoch from ${at}::timestamptz - instant()) as s`
  await moveClock(url, `${row?.s} seconds`)
  const [now] = await sql<{ at: string }[]>`select instant() as at`
  return new Date(now?.at ?? '')
}

/** From now on the clock of the test's database stands still at an instant (ISO), so that each instant can be foretold exactly. */
export async function standAt(house: House, at: string): Promise<void> {
  await house.database.sql`update public.test_clock set stands = ${at}`
}

/** Moves the clock to a Monday noon in UTC, so that every test begins at the same place in a week. */
export async function toMondayNoon(house: House): Promise<Date> {
  const { sql, url } = house.database
  const [row] = await sql<{ hours: number }[]>`
    select extract(epoch from date_trunc('week', instant()) + interval '7 days 12 hours' - instant()) / 3600 as hours`
  await moveClock(url, `${row?.hours} hours`)
  const [now] = await sql<{ at: string }[]>`select instant() as at`
  return new Date(now?.at ?? '')
}
