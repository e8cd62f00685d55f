import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import { sessionMinutes } from '../domain/session-cookie.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'

/** The mail that carries a fresh link, and nothing else. */
export function ownLinkLetter({
  brand,
  language,
  url,
}: {
  brand: Brand
  language: Language
  url: string
}): ServiceMail {
  const subject = text(language, 'mail.ownLink.subject', { brand: brand.name })
  const parts = renderMail('own-link', {
    lang: language,
    dir: writingOf(language).direction,
    subject,
    intro: text(language, 'mail.ownLink.intro', { brand: brand.name }),
    link: { label: text(language, 'mail.ownLink.open'), url },
    once: text(language, 'mail.ownLink.once', { minutes: linkLifetimes.sessionMinutes, open: sessionMinutes }),
    notYou: text(language, 'mail.ownLink.notYou'),
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
