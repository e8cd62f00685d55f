import PostalMime from 'postal-mime'
import { answerDoors } from '../../src/actions/answer-doors.ts'
import type { House } from '../../src/actions/house.ts'
import { sendServiceDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import type { ServerOptions } from '../../src/http/server.ts'
import type { Parcel } from '../../src/mail/courier.ts'
import { openApp, type App } from './app.ts'
import type { TestHouseOptions } from './house.ts'
import { takingCourier } from './sending.ts'

/** An app whose mail is taken and kept, and a worker that answers the doors when it is told to. */
export type Mailroom = App & {
  parcels: Parcel[]
  /** Does what a worker does for service mail. @returns how many mails left. */
  work(): Promise<number>
  /** The path of the link in the newest mail that has one under `/s/` or `/start/`. */
  newestLink(): Promise<string>
}

export async function openMailroom(
  t: Parameters<typeof openApp>[0],
  options: Partial<ServerOptions> = {},
  houseOptions: TestHouseOptions = {},
): Promise<Mailroom> {
  const { courier, parcels } = takingCourier()
  const app = await openApp(t, options, { courier, ...houseOptions })
  return {
    ...app,
    parcels,
    work: () => serveDoors(app.house),
    newestLink: async () => {
      const { text = '' } = await PostalMime.parse(Buffer.from(parcels.at(-1)?.mime ?? '', 'latin1'))
      const [, path] = /https?:\/\/[^/\s]+(\/(?:s|start)\/[\w-]+(?:\?for=\w+)?)/.exec(text) ?? []
      if (path === undefined) throw new Error(`the newest mail has no such link: ${text}`)
      return path
    },
  }
}

async function serveDoors(house: House): Promise<number> {
  await answerDoors(house)
  return withWorker(house, (worker) => sendServiceDue(house, worker))
}
