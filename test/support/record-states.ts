import type { App } from './app.ts'
import { liveSomeWeeks, sessionOfHers } from './life.ts'
import type { State } from './states.ts'

/** The pages of her record, of somebody with a full one and of somebody with none. The app's courier must take mail. */
export async function recordStates(app: App): Promise<State[]> {
  const { id } = await liveSomeWeeks(app)
  const cookie = await sessionOfHers(app.house, id)
  return [{ name: 'sent', path: '/me/sent', cookie }]
}
