import type { Brand } from '../domain/brand.ts'
import { text, textList, textName } from '../domain/catalogue.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import type { Pace } from '../domain/pace.ts'
import { paceOption } from '../domain/preferences-wording.ts'
import type { Topic } from '../domain/topic.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'

/** Asks whoever has this mailbox to confirm what was asked for: the topics and the pace, no word of what was typed, and no marketing. */
export function confirmationLetter(input: {
  brand: Brand
  language: Language
  topics: readonly Topic[]
  pace: Pace
  url: string
}): ServiceMail {
  const { brand, language, topics, pace, url } = input
  const subject = text(language, 'mail.confirmation.subject', { brand: brand.name })
  const names = topics.map(({ name }) => textName(language, name))
  const { label, hint } = paceOption(pace, brand, language)
  const parts = renderMail('confirmation', {
    lang: language,
    dir: writingOf(language).direction,
    subject,
    intro: text(language, 'mail.confirmation.intro', { brand: brand.name }),
    topics: text(language, 'mail.confirmation.topics', { topics: textList(language, names) }),
    pace: text(language, 'mail.confirmation.pace', { pace: label, when: hint }),
    link: { label: text(language, 'mail.confirmation.open'), url },
    once: text(language, 'mail.confirmation.once', { days: linkLifetimes.confirmDays }),
    notYou: text(language, 'mail.confirmation.notYou'),
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
