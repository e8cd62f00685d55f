import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'

type Letter = { brand: Brand; language: Language; url: string }

/** To an address that somebody gave as hers: one link that says yes. It says nothing about her. */
export function newAddressLetter({ brand, language, url }: Letter): ServiceMail {
  const days = linkLifetimes.confirmDays
  return letter({ brand, language, url }, text(language, 'mail.newAddress.subject', { brand: brand.name }), {
    intro: text(language, 'mail.newAddress.intro', { brand: brand.name }),
    label: text(language, 'mail.newAddress.open'),
    once: text(language, 'mail.newAddress.once', { days }),
    notYou: text(language, 'mail.newAddress.notYou'),
  })
}

/** To the address that is to give way: what was asked for, and one link that keeps it or puts it back. */
export function oldAddressLetter({ brand, language, url }: Letter, newAddress: string): ServiceMail {
  const days = linkLifetimes.confirmDays
  return letter({ brand, language, url }, text(language, 'mail.oldAddress.subject', { brand: brand.name }), {
    intro: text(language, 'mail.oldAddress.intro', { brand: brand.name, address: newAddress }),
    label: text(language, 'mail.oldAddress.keep'),
    once: text(language, 'mail.oldAddress.days', { days }),
    notYou: text(language, 'mail.oldAddress.you'),
  })
}

function letter(
  { brand, language, url }: Letter,
  subject: string,
  { label, ...said }: { intro: string; label: string; once: string; notYou: string },
): ServiceMail {
  const parts = renderMail('own-link', {
    lang: language,
    dir: writingOf(language).direction,
    subject,
    ...said,
    link: { label, url },
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
