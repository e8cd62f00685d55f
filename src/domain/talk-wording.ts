import type { Brand } from './brand.ts'
import { quotes } from './answer.ts'
import { text } from './catalogue.ts'
import type { Language } from './language.ts'

/** What is asked beside an answer: about a reply, and about quoting. Nothing of it is chosen beforehand. */
export function talkWording(brand: Brand, language: Language): string {
  return [
    text(language, 'talk.consents.by', { brand: brand.name }),
    text(language, 'talk.consents.reply'),
    ...(['yes', 'no'] as const).map((wish) => `( ) ${text(language, `talk.consents.reply.${wish}`)}`),
    text(language, 'talk.consents.replySave'),
    text(language, 'talk.consents.quote'),
    ...quotes.map((quote) => `( ) ${text(language, `talk.consents.quote.${quote}`)}`),
    text(language, 'talk.consents.quoteSave'),
    text(language, 'talk.consents.withdraw'),
    '',
  ].join('\n')
}
