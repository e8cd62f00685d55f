import type { Brand } from '../domain/brand.ts'
import { textList, textName } from '../domain/catalogue.ts'
import type { Topic } from '../domain/topic.ts'
import type { Anchor, NoticePage } from '../page-views.ts'
import { herFrame, maySee, say, sentenceFor, urlOf, type Look } from './her-view.ts'
import { frameOf, pageLanguage, replyAddress } from './page-frame.ts'

type Parts = Partial<Omit<NoticePage, 'frame' | 'heading'>>

const nothing = { status: false, lead: [], sentence: null, after: [], aside: '', row: null, links: [] }

/** A notice about her choices; what is left out is not on it. */
export function notice(look: Look, heading: string, parts: Parts): NoticePage {
  return { frame: herFrame(look, heading), heading, ...nothing, ...parts }
}

/** A notice about nobody's choices. */
export function plainNotice(brand: Brand, heading: string, parts: Parts): NoticePage {
  return { frame: frameOf(brand, heading), heading, ...nothing, ...parts }
}

/** Her sentence as it is now, where this link may show it. */
export function currentSentence(look: Look): NoticePage['sentence'] {
  return maySee(look) ? { text: sentenceFor(look, look.preferences.person.choices), note: '' } : null
}

/** Names of topics as a list, as they stand inside a sentence or, for a label, as they are written. */
export function namesOf(topics: readonly Topic[], inside = true): string {
  return textList(
    pageLanguage,
    topics.map(({ name }) => (inside ? textName(pageLanguage, name) : name)),
  )
}

/** The way to her page. */
export function seeAll(look: Look): Anchor {
  return { label: say('page.seeAll'), url: urlOf(look) }
}

/** Whom to ask where a mail does not come; nothing where the brand has no address. */
export function writeToUs(brand: Brand): string[] {
  const replyTo = replyAddress(brand)
  return replyTo ? [say('page.problem.write', { replyTo })] : []
}
