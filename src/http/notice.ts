import { textList, textName } from '../domain/catalogue.ts'
import type { Topic } from '../domain/topic.ts'
import type { Anchor, NoticePage } from '../page-views.ts'
import { herFrame, maySee, say, sentenceFor, urlOf, type Look } from './her-view.ts'
import { pageLanguage } from './page-frame.ts'

type Parts = Partial<Omit<NoticePage, 'frame' | 'heading'>>

/** A notice about her choices; what is left out is not on it. */
export function notice(look: Look, heading: string, parts: Parts): NoticePage {
  const nothing = { status: false, lead: [], sentence: null, after: [], aside: '', row: null, extra: [], links: [] }
  return { frame: herFrame(look, heading), heading, ...nothing, ...parts }
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
