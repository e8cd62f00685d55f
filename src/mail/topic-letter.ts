import type { Brand } from '../domain/brand.ts'
import { mailboxHtml, type Body } from '../domain/campaign-body.ts'
import { text } from '../domain/catalogue.ts'
import { writingOf, type Language } from '../domain/language.ts'
import { cutAtMarks, markFor } from '../domain/marks.ts'
import type { Sender } from '../domain/sender.ts'
import { topicIn, type Topic } from '../domain/topic.ts'
import { renderMail } from '../render.ts'
import { prebuild, type Fill } from './mime.ts'

/**
 * Writes a topic mail once for everybody to whom our own words in it speak `language`: her promise line, *Why you got this · Change what you get · Stop*, the postal
 * address and the list headers (RFC 2369, 2919, 8058) belong to every one and cannot be left out.
 * `bodyLanguage` is that of the body.
 * The values that `fill` takes are `fieldValues(name)`, then the promise line and the three links in that order, and, in
 * the letter that asks whether her yes still holds, the link to keep it.
 */
export async function topicLetter(input: {
  campaign: { subject: string; inShort: string }
  /** Its body, which is read once for every letter of the campaign. */
  body: Body
  sender: Sender
  brand: Brand
  topic: Topic
  language: Language
  bodyLanguage: Language
  asksAgain: boolean
  /** Where our pictures are. */
  publicUrl: string
}): Promise<{ fill: Fill; fieldValues: (name: string) => string[] }> {
  const { campaign, body, sender, brand, topic, language, bodyLanguage, asksAgain, publicUrl } = input
  const mark = (offset: number) => markFor(body.fields.length + offset)
  const letter = renderMail('topic', {
    lang: bodyLanguage,
    dir: writingOf(bodyLanguage).direction,
    foot: { lang: language, dir: writingOf(language).direction },
    subject: campaign.subject,
    inShort: campaign.inShort,
    isDesigned: body.format === 'html',
    bodyHtml: mailboxHtml(body.html, publicUrl),
    bodyText: body.text,
    promise: mark(0),
    why: { label: text(language, 'mail.why'), url: mark(1) },
    change: { label: text(language, 'mail.change'), url: mark(2) },
    stop: { label: text(language, 'mail.stop'), url: mark(3) },
    keep: asksAgain ? { label: text(language, 'mail.keep'), url: mark(4) } : null,
    oneClick: text(language, 'mail.oneClick', { topic: topicIn(topic, language).name }),
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  })
  const fill = await prebuild({
    from: sender,
    replyTo: brand.replyTo,
    subject: campaign.subject,
    headers: {
      'List-Id': `<${topic.slug}.${sender.domain}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    text: cutAtMarks(letter.text),
    html: cutAtMarks(letter.html),
  })
  const fieldValues = (name: string) => body.fields.map((field) => safeName(name) || field.fallback)
  return { fill, fieldValues }
}

/** A name as text on one line: imported names may hold anything. */
function safeName(name: string): string {
  return name
    .replaceAll(/[\p{Cc}\p{Co}\u2028\u2029\u202A-\u202E\u2066-\u2069\s]+/gu, ' ')
    .trim()
    .toWellFormed()
}
