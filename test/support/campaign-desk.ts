import { workCampaign } from '../../src/actions/send-campaign.ts'
import { campaignToWork } from '../../src/actions/start-scheduled.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import type { House } from '../../src/actions/house.ts'
import type { Choices } from '../../src/domain/choices.ts'
import type { Parcel } from '../../src/mail/courier.ts'
import { openApp, type App } from './app.ts'
import { addPerson, bounce, yesTo } from './cast.ts'
import type { TestHouseOptions } from './house.ts'
import { standAt, takingCourier } from './sending.ts'
import { signedIn, type SignedIn } from './staff.ts'

/** An app whose mail is taken and kept, with a marketer signed in. */
export type Desk = App & { parcels: Parcel[]; marketer: SignedIn }

/** @param at the instant (ISO) at which the clock stands still before anything else; null lets it run. */
export async function openDesk(
  t: Parameters<typeof openApp>[0],
  houseOptions: TestHouseOptions = {},
  at: string | null = null,
  serverOptions: Parameters<typeof openApp>[1] = {},
): Promise<Desk> {
  const { courier, parcels } = takingCourier()
  const app = await openApp(t, serverOptions, { courier, ...houseOptions })
  if (at !== null) await standAt(app.house, at)
  return { ...app, parcels, marketer: await signedIn(app, 'marketer', { name: 'Ines' }) }
}

/** A small list with somebody for each thing that can hold: 7 get a mail about repairs now, 5 in a digest, 8 not at all. */
export async function addCrowd(house: House, domain = 'example.com'): Promise<Map<string, string>> {
  const at = '2026-01-14T10:22:07.000Z'
  const paused = { from: at, until: '2099-01-01T00:00:00.000Z' }
  const stopped = { at, by: 'herself', reason: null } as const
  const kinds: [name: string, count: number, choices: Choices][] = [
    ['Ada', 7, yesTo([1, 2])],
    ['Eve', 3, yesTo([1], 'digest-weekly')],
    ['Mo', 2, yesTo([1], 'digest-monthly')],
    ['Ben', 2, yesTo([1], 'as-it-happens', { stopped })],
    ['Finn', 1, yesTo([1], 'as-it-happens', { paused })],
    ['Gus', 3, yesTo([2])],
    ['Hana', 1, yesTo([1], 'as-it-happens', { channels: { email: 'no' } })],
    ['Dov', 1, yesTo([1])],
  ]
  const ids = new Map<string, string>()
  for (const [name, count, choices] of kinds) {
    for (let each = 0; each < count; each++) {
      const called = `${name.toLowerCase()}${each === 0 ? '' : each}`
      ids.set(called, await addPerson(house, `${called}@${domain}`, choices, name))
    }
  }
  await bounce(house, `dov@${domain}`)
  return ids
}

/** Does what a worker does for a campaign when it looks: starts it if its time has come, and sends. @returns whether it did. */
export async function workOn(house: House, slug: string): Promise<boolean> {
  const campaign = await campaignToWork(house, slug)
  if (campaign === null) return false
  await withWorker(house, (worker) =>
    workCampaign({ house, worker, campaign, signal: undefined, judged: () => undefined }),
  )
  return true
}

/** Writes a campaign about repairs at the desk, as far as its message. */
export async function composeAt({ marketer: { visit } }: Desk, subject = 'Five ways to darn'): Promise<void> {
  await visit.open('/admin/campaigns')
  await visit.follow('Write a campaign')
  visit.tick('topic', 'repairs', true)
  visit.type('subject', subject)
  visit.type('inShort', 'Five ways, two minutes each.')
  visit.write('body', '# Five ways\n\nHello {{name|there}}, here they are.')
  await visit.press('Save and see it')
}
