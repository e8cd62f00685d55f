import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'

type Letter = { brand: Brand; locale: string; url: string }

/** To an address that somebody gave as hers: one link that says yes. It says nothing about her. */
export function newAddressLetter({ brand, locale, url }: Letter): ServiceMail {
  const days = linkLifetimes.confirmDays
  return letter({ brand, locale, url }, text(locale, 'mail.newAddress.subject', { brand: brand.name }), {
    intro: text(locale, 'mail.newAddress.intro', { brand: brand.name }),
    label: text(locale, 'mail.newAddress.open'),
    once: text(locale, 'mail.newAddress.once', { days }),
    notYou: text(locale, 'mail.newAddress.notYou'),
  })
}

/** To the address that is to give way: what was asked for, and one link that keeps it or puts it back. */
export function oldAddressLetter({ brand, locale, url }: Letter, newAddress: string): ServiceMail {
  const days = linkLifetimes.confirmDays
  return letter({ brand, locale, url }, text(locale, 'mail.oldAddress.subject', { brand: brand.name }), {
    intro: text(locale, 'mail.oldAddress.intro', { brand: brand.name, address: newAddress }),
    label: text(locale, 'mail.oldAddress.keep'),
    once: text(locale, 'mail.oldAddress.days', { days }),
    notYou: text(locale, 'mail.oldAddress.you'),
  })
}

function letter(
  { brand, locale, url }: Letter,
  subject: string,
  { label, ...said }: { intro: string; label: string; once: string; notYou: string },
): ServiceMail {
  const parts = renderMail('own-link', {
    lang: locale,
    dir: 'ltr',
    subject,
    ...said,
    link: { label, url },
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
