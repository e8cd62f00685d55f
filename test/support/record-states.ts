import { signGrown } from '../../src/actions/sign-checkpoint.ts'
import { visitor, type App } from './app.ts'
import { liveSomeWeeks, sessionOfHers } from './life.ts'
import type { State } from './states.ts'

/** The pages of her record, of somebody with a full one and of somebody with none. The app's courier must take mail. */
export async function recordStates(app: App): Promise<State[]> {
  const { id } = await liveSomeWeeks(app)
  const cookie = await sessionOfHers(app.house, id)
  await signGrown(app.house)
  const hers = visitor(app.server)
  hers.headers['cookie'] = cookie
  await hers.open('/me/history')
  const receipt = hers.page.links.find(({ href }) => href.startsWith('/receipt/'))
  return [
    { name: 'me', path: '/me', cookie },
    { name: 'sent', path: '/me/sent', cookie },
    { name: 'history', path: '/me/history', cookie },
    { name: 'download', path: '/me/download', cookie },
    { name: 'receipt', path: receipt?.href ?? '' },
    { name: 'wording', path: `/wording/${app.wording}` },
  ]
}
