import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import { renderMail } from '../render.ts'

/** The words of a service mail, both parts. */
export type ServiceMail = { subject: string; text: string; html: string }

/** The note that her choices became wider: her one sentence as it is now, and the way to put it back. */
export function acknowledgementLetter(input: {
  brand: Brand
  language: Language
  sentence: string
  undoUrl: string
}): ServiceMail {
  const { language } = input
  const subject = text(language, 'mail.acknowledgement.subject', { brand: input.brand.name })
  const parts = renderMail('acknowledgement', {
    lang: language,
    dir: writingOf(language).direction,
    subject,
    intro: text(language, 'mail.acknowledgement.intro', { brand: input.brand.name }),
    sentence: input.sentence,
    undo: { label: text(language, 'mail.acknowledgement.undo'), url: input.undoUrl },
    undoHours: text(language, 'mail.acknowledgement.undoHours', { hours: linkLifetimes.undoHours }),
    why: text(language, 'mail.acknowledgement.why'),
    brandName: input.brand.name,
    postalAddress: input.brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
