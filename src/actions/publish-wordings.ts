import { preferencesWording, type PreferencesWording } from '../domain/preferences-wording.ts'
import { signUpWording, type SignUpWording } from '../domain/sign-up-wording.ts'
import { frozen } from '../domain/wording.ts'
import { theBrand } from '../store/brand.ts'
import { allTopics } from '../store/topics.ts'
import { lockWordings, publish } from '../store/wordings.ts'
import type { House } from './house.ts'

/**
 * Freezes what her page and the sign-up page ask now, for the present brand and topics, and makes it the current wordings. At start and
 * after a change of brand or topics, never while a page is shown; a text that is published already changes nothing.
 * @param render writes a wording as a document; the doors give `renderWording`.
 * @returns the hash of what her page asks.
 */
export async function publishWordings(
  house: House,
  render: (wording: PreferencesWording | SignUpWording) => string,
  language = 'en',
): Promise<{ hash: string; isNew: boolean }> {
  return house.database.sql.begin(async (tx) => {
    // Before brand and topics are read: who reads later publishes later, so that the newest text stays the current one.
    await lockWordings(tx)
    const [brand, topics] = await Promise.all([theBrand(tx), allTopics(tx)])
    const { body, hash } = frozen(render(preferencesWording(brand, topics, language)))
    const start = frozen(render(signUpWording(brand, topics, language)))
    await publish(tx, { ...start, kind: 'sign-up', language })
    return { hash, isNew: await publish(tx, { hash, kind: 'preferences', language, body }) }
  })
}
