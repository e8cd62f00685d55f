import type { Brand } from '../domain/brand.ts'
import { textList, textName } from '../domain/catalogue.ts'
import type { Topic } from '../domain/topic.ts'
import type { Anchor } from '../form-views.ts'
import type { NoticePage } from '../page-views.ts'
import { herFrame, maySee, sentenceFor, urlOf, type Look } from './her-view.ts'
import { frameOf, replyAddress } from './page-frame.ts'
import type { Voice } from './voice.ts'

type Parts = Partial<Omit<NoticePage, 'heading'>>

const nothing = { status: false, lead: [], sentence: null, after: [], aside: '', row: null, extra: [], links: [] }

/** A notice about her choices; what is left out is not on it. */
export function notice(look: Look, heading: string, parts: Parts): NoticePage {
  return { frame: herFrame(look, heading), heading, ...nothing, ...parts }
}

/** A notice about nobody's choices. */
export function plainNotice(voice: Voice, brand: Brand, heading: string, parts: Parts): NoticePage {
  return { frame: frameOf(voice, brand, heading), heading, ...nothing, ...parts }
}

/** Her sentence as it is now, where this link may show it. */
export function currentSentence(look: Look): NoticePage['sentence'] {
  return maySee(look) ? { text: sentenceFor(look, look.preferences.person.choices), note: '' } : null
}

/** Names of topics as a list, as they stand inside a sentence or, for a label, as they are written. */
export function namesOf({ language }: Look, topics: readonly Topic[], inside = true): string {
  return textList(
    language,
    topics.map(({ name }) => (inside ? textName(language, name) : name)),
  )
}

/** The way to her page. */
export function seeAll(look: Look): Anchor {
  return { label: look.say('page.seeAll'), url: urlOf(look) }
}

/** Whom to ask where a mail does not come; nothing where the brand has no address. */
export function writeToUs(voice: Voice, brand: Brand): string[] {
  const replyTo = replyAddress(brand)
  return replyTo ? [voice.say('page.problem.write', { replyTo })] : []
}
