import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import { renderMail } from '../render.ts'

/** The words of a service mail, both parts. */
export type ServiceMail = { subject: string; text: string; html: string }

/** The note that her choices became wider: her one sentence as it is now, and the way to put it back. */
export function acknowledgementLetter(input: { brand: Brand; sentence: string; undoUrl: string }): ServiceMail {
  const locale = 'en'
  const subject = text(locale, 'mail.acknowledgement.subject', { brand: input.brand.name })
  const parts = renderMail('acknowledgement', {
    lang: locale,
    dir: 'ltr',
    subject,
    intro: text(locale, 'mail.acknowledgement.intro', { brand: input.brand.name }),
    sentence: input.sentence,
    undo: { label: text(locale, 'mail.acknowledgement.undo'), url: input.undoUrl },
    undoHours: text(locale, 'mail.acknowledgement.undoHours', { hours: linkLifetimes.undoHours }),
    why: text(locale, 'mail.acknowledgement.why'),
    brandName: input.brand.name,
    postalAddress: input.brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
