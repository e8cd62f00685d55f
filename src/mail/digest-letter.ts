import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { cutAtMarks, markFor } from '../domain/marks.ts'
import type { Sender } from '../domain/sender.ts'
import { renderMail } from '../render.ts'
import { prebuild, type Fill } from './mime.ts'

/**
 * One item of a digest: what its message says in short, in which language, where the whole of it can be read, and the
 * name of its topic.
 */
export type DigestItem = { subject: string; inShort: string; language: Language; url: string; topic: string }

/**
 * Writes a digest once for all who get the same items: each in short with a link to the hosted copy, its own why and its
 * own stop. A digest is a list of its own (RFC 2919). The values that `fill` takes are the promise line, the link to
 * change, the link to stop everything, then for each item its why and its stop, and, in a digest that asks whether a yes
 * still holds, the link to keep it.
 */
export async function digestLetter(input: {
  items: readonly DigestItem[]
  sender: Sender
  brand: Brand
  language: Language
  asksAgain: boolean
}): Promise<Fill> {
  const { items, sender, brand, language, asksAgain } = input
  const subject = text(language, 'mail.digest.subject', { brand: brand.name, count: items.length })
  const letter = renderMail('digest', {
    lang: language,
    dir: writingOf(language).direction,
    subject,
    items: items.map((item, at) => ({
      lang: item.language,
      dir: writingOf(item.language).direction,
      subject: item.subject,
      inShort: item.inShort,
      read: { label: text(language, 'mail.digest.read'), url: item.url },
      why: { label: text(language, 'mail.why'), url: markFor(3 + 2 * at) },
      stop: { label: text(language, 'mail.digest.stop', { topic: item.topic }), url: markFor(4 + 2 * at) },
    })),
    promise: markFor(0),
    change: { label: text(language, 'mail.change'), url: markFor(1) },
    stop: { label: text(language, 'mail.digest.stopAll'), url: markFor(2) },
    keep: asksAgain ? { label: text(language, 'mail.keep'), url: markFor(3 + 2 * items.length) } : null,
    oneClick: text(language, 'mail.digest.oneClick'),
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  return prebuild({
    from: sender,
    replyTo: brand.replyTo,
    subject,
    headers: {
      'List-Id': `<digest.${sender.domain}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    text: cutAtMarks(letter.text),
    html: cutAtMarks(letter.html),
  })
}
