import { preferencesWording, type PreferencesWording } from '../domain/preferences-wording.ts'
import { signUpWording, type SignUpWording } from '../domain/sign-up-wording.ts'
import { talkWording } from '../domain/talk-wording.ts'
import { frozen } from '../domain/wording.ts'
import { theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { allTopics } from '../store/topics.ts'
import { lockWordings, markRecorded, publishAll, unrecordedWordings } from '../store/wordings.ts'
import type { House } from './house.ts'

/**
 * Freezes what her page and the sign-up page ask now, for the present brand and topics, and what is asked beside an answer,
 * and makes each the current wording of its kind. At start and
 * after a change of brand or topics, never while a page is shown; a text that is published already changes nothing.
 * Each language that the brand offers has a text of its own, and each new text an entry.
 * @param render writes the wording as a document; the doors give `renderWording`.
 * @returns the hash of the text in the brand's own language that her page asks, and whether any of them is new.
 */
export async function publishWordings(
  house: House,
  render: (wording: PreferencesWording | SignUpWording) => string,
): Promise<{ hash: string; isNew: boolean }> {
  return house.database.sql.begin(async (tx) => {
    // Before brand and topics are read: who reads later publishes later, so that the newest text stays the current one.
    await lockWordings(tx)
    const [brand, topics] = await Promise.all([theBrand(tx), allTopics(tx)])
    const texts = brand.languages.flatMap((language) => [
      { ...frozen(render(preferencesWording(brand, topics, language))), kind: 'preferences', language } as const,
      { ...frozen(render(signUpWording(brand, topics, language))), kind: 'sign-up', language } as const,
      { ...frozen(talkWording(brand, language)), kind: 'talk', language } as const,
    ])
    const news = await publishAll(tx, texts)
    await recordPublished(tx)
    return { hash: texts[0]?.hash ?? '', isNew: news > 0 }
  })
}

/**
 * An entry for each published text that has none: those published just now, and once those from before there were such
 * entries; the payload says when it was. Publishing is locked.
 */
export async function recordPublished(tx: Transaction): Promise<void> {
  const texts = await unrecordedWordings(tx)
  if (texts.length === 0) return
  const head = await lockHead(tx)
  await appendEntries(
    tx,
    head,
    texts.map((payload) => ({ kind: 'wording-published', topics: [], wording: payload.hash, person: null, payload })),
  )
  const hashes = texts.map(({ hash }) => hash)
  await markRecorded(tx, head.size + 1, hashes)
}
