import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { addTopic } from '../../src/actions/add-topic.ts'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import type { House } from '../../src/actions/house.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sendServiceDue, sendTopicDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import { workInHand } from '../../src/actions/work-in-hand.ts'
import { envelopeAddress } from '../../src/domain/address.ts'
import { pauseUntil, resume, stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import type { Choices } from '../../src/domain/choices.ts'
import type { Outcome, Parcel } from '../../src/mail/courier.ts'
import {
  checkAgrees,
  folder,
  mailsAgree,
  noMailbox,
  noneIsWrong,
  reportAgrees,
  reportFileAgrees,
  type Seen,
} from './eight-days-agree.ts'
import { EightDays, type Act, type Campaign, type Her } from './eight-days-oracle.ts'
import { actBefore, campaigns, chosenBy, end, isGone, isoOf, laterActOf, rules, topics } from './eight-days-plan.ts'
import { fern, openTestHouse } from './house.ts'
import { otherHouse } from './oracle.ts'
import { standAt, takingCourier } from './sending.ts'

const words = 'We write about what you tick, as often as you choose.\n'
/** People who change their choices at once. */
const atOnce = 6

/**
 * The audience of an export lives through eight days: imported, its people choose every pace there is, campaigns are
 * checked and sent, some people change their minds, and a worker sends what comes due, quarter of an hour by quarter. Check,
 * mails, reports and report files are held against an oracle that was written from the law's words, to the person.
 * @returns the oracle, for what a test wants to have met.
 */
export async function liveEightDays(t: Test, files: readonly string[]): Promise<EightDays> {
  const { house, oracle, crowd, seen, clock } = await openEightDays(t, files)
  const helper = otherHouse(t, house, house.courier)
  const later = Map.groupBy(
    crowd.flatMap((her, n) => {
      const one = laterActOf(n, her, oracle)
      return one ? [{ her, ...one }] : []
    }),
    ({ at }) => at,
  )
  const act = async (her: Her, one: Act) => {
    oracle.act(her, one, clock.at)
    seen.get(her)?.times.push({ from: clock.at, choices: structuredClone(her.choices) })
    await actForReal(house, her, one, clock.iso())
  }
  for (clock.at = 0; clock.at <= end; clock.at++) {
    await standAt(house, clock.iso())
    await inTurns(later.get(clock.at) ?? [], ({ her, act: what }) => act(her, what()))
    for (const campaign of campaigns.filter(({ at }) => at === clock.at)) {
      const confirm = await checkAgrees(t, house, oracle, campaign)
      await inTurns([...crowd.entries()], async ([n, her]) => {
        const one = actBefore(n, her, campaign)
        if (one) await act(her, one)
      })
      oracle.plan(campaign, clock.at)
      await sendCampaign(house, campaign.slug, { confirm, progress: () => undefined })
      await reportAgrees(t, house, oracle, campaign, 'right after it was sent')
    }
    oracle.wake(clock.at)
    await workAsWorkersDo([house, helper])
  }
  for (const campaign of campaigns) await reportAgrees(t, house, oracle, campaign, 'after eight days')
  for (const campaign of campaigns) await reportFileAgrees(t, house, oracle, campaign)
  mailsAgree(t, oracle, seen)
  noneIsWrong(t, oracle, seen)
  t.same(house.warnings, [])
  t.comment(countsOf(oracle))
  return oracle
}

/** A clock that stands still, from one quarter of an hour to the next. */
type Clock = { at: number; iso(): string }

async function openEightDays(t: Test, files: readonly string[]) {
  const byAddress = new Map<string, Her>()
  const seen = new Map<Her, Seen>()
  const clock: Clock = { at: 0, iso: () => isoOf(clock.at) }
  const messages = new Map<string, string>()
  const { courier } = takingCourier((parcel) => {
    const her = byAddress.get(parcel.to)
    if (!her) throw new Error('a mail to somebody who was never imported')
    const answer: Omit<Outcome, 'delivery'> = her.gone
      ? { kind: 'refused', reply: noMailbox, reached: true }
      : { kind: 'sent', reply: null, reached: true }
    seen.get(her)?.mails.push({ at: clock.at, items: itemsOf(parcel, messages), taken: !her.gone })
    return answer
  })
  const brand = { ...fern, timeZone: rules.zone, quiet: rules.quiet, attestedDays: rules.attestedDays }
  const house = await openTestHouse(t, { courier: { ...courier, batch: 150 }, brand })
  await standAt(house, clock.iso())
  const people = await imported(t, house, files)
  for (const her of people) {
    byAddress.set(envelopeAddress(her.address).address, her)
    seen.set(her, { mails: [], times: [{ from: 0, choices: her.choices }] })
  }
  const crowd = people.filter(
    ({ choices, suppressed }) => choices.channels.email === 'yes' && !choices.stopped && !suppressed,
  )
  await inTurns([...crowd.entries()], async ([n, her]) => {
    const chosen = chosenBy(n, her.choices)
    Object.assign(her, { choices: structuredClone(chosen), gone: isGone(n) })
    seen.get(her)?.times.splice(0, 1, { from: 0, choices: chosen })
    await changeChoices(house, her.id, { way: 'page', wording: null }, () => chosen)
  })
  for (const campaign of campaigns) messages.set(await write(house, campaign), campaign.slug)
  return { house, oracle: new EightDays(rules, people), crowd, seen, clock }
}

/** Imports the files under an attested wording. @returns everybody with an address, in the order of their addresses. */
async function imported(t: Test, house: House, files: readonly string[]): Promise<Her[]> {
  for (const topic of topics) await addTopic(house, { ...topic, promise: `All about ${topic.slug}.` })
  const wording = join(folder(t), 'wording.md')
  writeFileSync(wording, words)
  const terms = { topicsColumn: 'About what?', pace: 'as-it-happens', wording, attestedBy: 'Ada, CRM' }
  const summary = await importPeople(house, { files, ...terms })
  const rows = await house.database.sql<{ id: string; address: string; choices: Choices; suppressed: string | null }[]>`
    select p.id, a.spelling as address, p.choices, s.reason as suppressed
    from people p join addresses a on a.person = p.id left join suppressions s on s.fingerprint = a.fingerprint
    order by a.canonical collate "C"`
  const people = rows.map((row): Her => ({ ...row, gone: false, mails: [], fates: [], slots: new Set(), acts: [] }))
  const of = (is: (her: Her) => boolean) => people.filter((her) => is(her)).length
  const isUsable = ({ choices, suppressed }: Her) => !suppressed && !choices.stopped && choices.channels.email === 'yes'
  t.equal(
    of(({ suppressed }) => suppressed !== null),
    summary.suppressed,
    'everybody suppressed was imported as such',
  )
  t.equal(of(isUsable), summary.usable, `${summary.usable} people may be written to`)
  return people
}

async function write(house: House, { slug, topic, usefulUntil }: Campaign): Promise<string> {
  const written = await createCampaign(house, {
    slug,
    topic: topics[topic - 1]?.slug ?? '',
    subject: `About ${slug}`,
    inShort: `In short: ${slug}.`,
    sender: 'Fern <news@fern.example>',
    body: `# ${slug}\n\nHello {{name|there}}.\n`,
    usefulUntil: usefulUntil === null ? null : isoOf(usefulUntil),
  })
  return written.message
}

/** The campaigns that stand in a mail: of a digest those whose hosted copies it links to, else the one of its subject. */
function itemsOf({ mime }: Parcel, messages: ReadonlyMap<string, string>): string[] {
  const head = mime.slice(0, mime.indexOf('\r\n\r\n'))
  if (!/^List-Id: <digest\./m.test(head)) return [/^Subject: About (\S+)\r$/m.exec(head)?.[1] ?? head]
  const plain = mime.replaceAll('=\r\n', '').replaceAll('=3D', '=')
  const copies = new Set([...plain.matchAll(/\/m\/([0-9a-f-]{36})/g)].map(([, message = '']) => message))
  return [...copies].map((message) => messages.get(message) ?? message).toSorted()
}

/** Does it by the product's one way to change choices. */
async function actForReal(house: House, her: Her, act: Act, iso: string): Promise<void> {
  const done = (choices: Choices, at: string): Choices => {
    switch (act.kind) {
      case 'stop':
        return stopEverything(choices, at, 'herself', null)
      case 'no':
        return stopTopics(choices, [act.topic], at)
      case 'no email':
        return { ...choices, channels: { ...choices.channels, email: 'no' } }
      case 'phone':
        return { ...choices, channels: { ...choices.channels, phone: 'yes' } }
      case 'pause':
        return pauseUntil(choices, isoOf(act.until), iso)
      case 'resume':
        return resume(choices)
      case 'pace':
        return { ...choices, pace: act.pace }
      case 'quiet':
        return { ...choices, quiet: act.quiet }
      case 'zone':
        return { ...choices, timeZone: act.zone }
    }
  }
  await changeChoices(house, her.id, { way: 'page', wording: null }, done)
}

/** Looks what there is to do and does it beside each other, as the program's workers do at each beat. */
async function workAsWorkersDo(houses: readonly House[]): Promise<void> {
  const [first] = houses
  if (!first) throw new Error('nobody works')
  const { due, service } = await workInHand(first)
  if (service) await withWorker(first, (worker) => sendServiceDue(first, worker))
  if (due) {
    await Promise.all(houses.map((house) => withWorker(house, (worker) => sendTopicDue(house, worker))))
  }
}

/** How much of everything there was. */
function countsOf({ people }: EightDays): string {
  const mails = people.flatMap((her) => her.mails)
  const fates = people.flatMap((her) => her.fates.filter(({ state }) => state !== 'none'))
  const ends = Object.entries(Object.groupBy(fates, ({ verdict, state }) => `${verdict} ${state}`))
  return [
    `${mails.length} mails, ${mails.filter(({ items }) => items.length > 1).length} of them with several items`,
    ...ends.map(([end, list]) => `${list?.length} ${end}`),
    `${people.reduce((sum, her) => sum + her.acts.length, 0)} changes`,
  ].join(', ')
}

/** A few at once, in order. */
async function inTurns<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = list.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of queue) await work(one)
    }),
  )
}
