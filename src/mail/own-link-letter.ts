import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import { sessionMinutes } from '../domain/session-cookie.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'

/** The mail that carries a fresh link, and nothing else. */
export function ownLinkLetter({ brand, locale, url }: { brand: Brand; locale: string; url: string }): ServiceMail {
  const subject = text(locale, 'mail.ownLink.subject', { brand: brand.name })
  const parts = renderMail('own-link', {
    lang: locale,
    dir: 'ltr',
    subject,
    intro: text(locale, 'mail.ownLink.intro', { brand: brand.name }),
    link: { label: text(locale, 'mail.ownLink.open'), url },
    once: text(locale, 'mail.ownLink.once', { minutes: linkLifetimes.sessionMinutes, open: sessionMinutes }),
    notYou: text(locale, 'mail.ownLink.notYou'),
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
