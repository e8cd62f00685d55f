import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Test } from 'tap'
import { checkCampaign } from '../../src/actions/check-campaign.ts'
import { exportReport } from '../../src/actions/export-report.ts'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { wrongMails, type Times } from './eight-days-limits.ts'
import type { Campaign, EightDays, Her, Mail } from './eight-days-oracle.ts'
import { campaigns, isoOf, rules } from './eight-days-plan.ts'

/** One person with what was seen of her: the mails that were handed over, and her choices from each change on. */
export type Seen = { mails: Mail[]; times: Times }

/** What the receiver says of a mailbox that is not there. */
export const noMailbox = '550 5.1.1 there is no such mailbox here'
/** So many people are shown with all that is known of them when the two sides differ. */
const shown = 5

/** @returns how many it says would get it now. */
export async function checkAgrees(t: Test, house: House, oracle: EightDays, campaign: Campaign & { at: number }) {
  const { campaign: slug, oldestConfirmation: _, ...check } = await checkCampaign(house, campaign.slug)
  const wanted = { ...oracle.check(campaign, campaign.at), lasts: null }
  t.same(check, wanted, `${slug}: the check says what the oracle says`)
  return check.now
}

export async function reportAgrees(t: Test, house: House, oracle: EightDays, campaign: Campaign, when: string) {
  const { campaign: slug, state, ...report } = await reportCampaign(house, campaign.slug)
  // Nothing waits its turn without a rate or a ramp, and nobody presses "This wasn't about".
  const beside = { waitingTurn: 0, waitingTurnUntil: null, wasntAbout: 0, wasntAboutRate: 0 }
  t.same(
    report,
    { ...oracle.report(slug), ...beside },
    `${slug}: the report ${when} is the sum over the oracle’s people`,
  )
  t.equal(state, 'sent')
}

/** Tells of people on whom two sides differ: all that she chose and did, and both histories. */
function differ(t: Test, what: string, people: readonly { her: Her; oracle: unknown; product: unknown }[]): void {
  if (people.length === 0) return void t.pass(what)
  t.fail(`${what}: not so for ${people.length} people`)
  for (const { her, oracle, product } of people.slice(0, shown)) {
    const { id, choices, acts } = her
    t.fail(`${what}: person ${id}\n${JSON.stringify({ choices, acts, oracle, product }, null, 1)}`)
  }
}

/** Every row of the report file, person by person, and nobody in it who should not be. */
export async function reportFileAgrees(t: Test, house: House, oracle: EightDays, { slug }: Campaign): Promise<void> {
  const file = join(folder(t), `${slug}.csv`)
  await exportReport(house, slug, file)
  const [, ...lines] = parse(readFileSync(file, 'utf8'))
  const rows = new Map(
    lines.map(([person = '', address = '', ...rest]) => [person, [address.replace(/^'/, ''), ...rest]]),
  )
  t.equal(rows.size, lines.length, `${slug}: the report file has one row for each person`)
  const different = oracle.people.flatMap((her) => {
    const fate = her.fates.find(({ campaign, state }) => campaign.slug === slug && state !== 'none')
    const expected = fate && [
      her.address,
      fate.verdict,
      fate.reason ?? '',
      fate.state,
      isoOf(fate.planned),
      fate.settled === null ? '' : isoOf(fate.settled),
      fate.state === 'refused' ? noMailbox : '',
    ]
    const row = rows.get(her.id)
    rows.delete(her.id)
    return JSON.stringify(row) === JSON.stringify(expected) ? [] : [{ her, oracle: expected, product: row }]
  })
  differ(t, `${slug}: each row of the report file is what the oracle says`, different)
  t.equal(rows.size, 0, `${slug}: and there is nobody else in it`)
}

/** Each person got exactly the mails that the oracle foretold, at their quarters of an hour, with those items in them. */
export function mailsAgree(t: Test, oracle: EightDays, seen: ReadonlyMap<Her, Seen>): void {
  const told = (mails: readonly Mail[]) =>
    mails.map(({ at, items, taken }) => `${isoOf(at)} ${items.join(' + ')}${taken ? '' : ' (refused)'}`)
  const different = oracle.people.flatMap((her) => {
    // Two mails at the same instant come in no order.
    const [foretold, got] = [told(her.mails).toSorted(), told(seen.get(her)?.mails ?? []).toSorted()]
    return JSON.stringify(foretold) === JSON.stringify(got) ? [] : [{ her, oracle: foretold, product: got }]
  })
  differ(t, 'everybody got exactly the mails that the oracle foretold', different)
}

/** Whatever the oracle says: no mail that was handed over lies outside of what she had chosen by then. */
export function noneIsWrong(t: Test, oracle: EightDays, seen: ReadonlyMap<Her, Seen>): void {
  const wrong = [...seen].flatMap(([her, { mails, times }]) => {
    const found = wrongMails(mails, times, { rules, campaigns, walls: oracle.walls })
    return found.length === 0 ? [] : [{ her, oracle: found, product: mails }]
  })
  differ(t, 'no mail came beyond a limit, in quiet hours, in a pause, after a no, or twice for a slot', wrong)
}

/** A folder that goes with the test. */
export function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'courtesy-days-'))
  t.teardown(() => rmSync(path, { recursive: true }))
  return path
}
