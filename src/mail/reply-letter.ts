import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'

/** Our reply to what she told us, because she asked for one: ours, her own words below it, and the way to change or delete them. */
export function replyLetter(input: {
  brand: Brand
  language: Language
  reply: string
  words: string
  date: string
  changeUrl: string
}): ServiceMail {
  const { brand, language } = input
  const subject = text(language, 'mail.reply.subject', { brand: brand.name })
  const parts = renderMail('reply', {
    lang: language,
    dir: writingOf(language).direction,
    subject,
    intro: text(language, 'mail.reply.intro', { brand: brand.name }),
    reply: input.reply,
    yourWords: text(language, 'mail.reply.yourWords', { date: input.date }),
    words: input.words,
    change: { label: text(language, 'mail.reply.change'), url: input.changeUrl },
    why: text(language, 'mail.reply.why'),
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
