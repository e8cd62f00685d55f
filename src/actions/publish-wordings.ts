import { preferencesWording, type PreferencesWording } from '../domain/preferences-wording.ts'
import { talkWording } from '../domain/talk-wording.ts'
import { frozen } from '../domain/wording.ts'
import { theBrand } from '../store/brand.ts'
import { allTopics } from '../store/topics.ts'
import { lockWordings, publish } from '../store/wordings.ts'
import type { House } from './house.ts'

/**
 * Freezes what her page asks now, for the present brand and topics, and what is asked beside an answer, and makes each the
 * current wording of its kind. At start and
 * after a change of brand or topics, never while a page is shown; a text that is published already changes nothing.
 * @param render writes the wording as a document; the doors give `renderWording`.
 */
export async function publishWordings(
  house: House,
  render: (wording: PreferencesWording) => string,
  language = 'en',
): Promise<{ hash: string; isNew: boolean }> {
  return house.database.sql.begin(async (tx) => {
    // Before brand and topics are read: who reads later publishes later, so that the newest text stays the current one.
    await lockWordings(tx)
    const [brand, topics] = await Promise.all([theBrand(tx), allTopics(tx)])
    const { body, hash } = frozen(render(preferencesWording(brand, topics, language)))
    await publish(tx, { ...frozen(talkWording(brand, language)), kind: 'talk', language })
    return { hash, isNew: await publish(tx, { hash, kind: 'preferences', language, body }) }
  })
}
