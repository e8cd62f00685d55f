import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'

/** Our reply to what she told us, because she asked for one: ours, her own words below it, and the way to change or delete them. */
export function replyLetter(input: {
  brand: Brand
  reply: string
  words: string
  date: string
  changeUrl: string
}): ServiceMail {
  const locale = 'en'
  const { brand } = input
  const subject = text(locale, 'mail.reply.subject', { brand: brand.name })
  const parts = renderMail('reply', {
    lang: locale,
    dir: 'ltr',
    subject,
    intro: text(locale, 'mail.reply.intro', { brand: brand.name }),
    reply: input.reply,
    yourWords: text(locale, 'mail.reply.yourWords', { date: input.date }),
    words: input.words,
    change: { label: text(locale, 'mail.reply.change'), url: input.changeUrl },
    why: text(locale, 'mail.reply.why'),
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return { subject, ...parts }
}
