import type { Brand } from '../domain/brand.ts'
import { text, textList, textName } from '../domain/catalogue.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import type { Pace } from '../domain/pace.ts'
import { paceOption } from '../domain/preferences-wording.ts'
import type { Topic } from '../domain/topic.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'

/** Asks whoever has this mailbox to confirm what was asked for: the topics and the pace, no word of what was typed, and no marketing. */
export function confirmationLetter(input: {
  brand: Brand
  locale: string
  topics: readonly Topic[]
  pace: Pace
  url: string
}): ServiceMail {
  const { brand, locale, topics, pace, url } = input
  const subject = text(locale, 'mail.confirmation.subject', { brand: brand.name })
  const names = topics.map(({ name }) => textName(locale, name))
  const { label, hint } = paceOption(pace, brand, locale)
  const parts = renderMail('confirmation', {
    lang: locale,
    dir: 'ltr',
    subject,
    intro: text(locale, 'mail.confirmation.intro', { brand: brand.name }),
    topics: text(locale, 'mail.confirmation.topics', { topics: textList(locale, names) }),
    pace: text(locale, 'mail.confirmation.pace', { pace: label, when: hint }),
    link: { label: text(locale, 'mail.confirmation.open'), url },
    once: text(locale, 'mail.confirmation.once', { days: linkLifetimes.confirmDays }),
    notYou: text(locale, 'mail.confirmation.notYou'),
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
