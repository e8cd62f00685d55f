import type { Body } from './campaign-body.ts'
import type { LeftOut } from './designed-html.ts'
import { linksInDesign, wordsOfDesign } from './design-lint.ts'
import { isOwnPicture } from './picture.ts'

/** What is worth a second look in a message before it leaves; none of it keeps anybody from sending. */
export const lintCodes = [
  'no-alt',
  'left-out',
  'foreign-picture',
  'design-part',
  'style-sheet',
  'vague-link',
  'own-link',
  'bare-field',
  'hard-to-read',
  'heavy',
  'no-language',
] as const
export type LintCode = (typeof lintCodes)[number]

/** One finding: `what` is the words it is about, or the number. */
export type Finding = { code: LintCode; what: string }

/** A mail above this is slow on a phone, and some programs cut it off. */
const heaviestBytes = 100_000
/** Björnsson's readability index (LIX): words in a sentence, plus the share of words over six letters. Above it, official prose. */
const hardest = 50
/** Fewer words than this have no reading level. */
const fewestWords = 30

/** Words of a link that say nothing out of their sentence, as a screen reader lists them (WCAG 2.4.4). */
const vague = new Set(
  [
    ['click here', 'click', 'here', 'more', 'read more', 'learn more', 'this link', 'link'],
    ['hier', 'hier klicken', 'klicken sie hier', 'mehr', 'mehr lesen', 'weiterlesen'],
    ['ici', 'cliquez ici', 'en savoir plus', 'lire la suite', 'plus'],
    ['aquí', 'haga clic aquí', 'leer más', 'más'],
    ['هنا', 'اضغط هنا', 'انقر هنا', 'المزيد'],
  ].flat(),
)

/** A link or a picture, with the words that stand for it. */
export type WrittenLink = { picture: boolean; label: string; url: string }

/**
 * Looks a message over, as it was written and as it would leave. What cannot leave at all, like an unknown field, is refused
 * when it is written, and is no finding.
 * @param source as it was written. @param body as it was read. @param bytes of the whole mail to one person. @param offered the
 * languages of the brand's pages.
 */
export function lintCampaign({
  source,
  body,
  language,
  offered,
  bytes,
}: {
  source: string
  body: Pick<Body, 'format' | 'html' | 'text' | 'leftOut'>
  language: string | null
  offered: readonly string[]
  bytes: number
}): Finding[] {
  const isDesign = body.format === 'html'
  const links = isDesign ? linksInDesign(body.html) : linksInMarkdown(source)
  return [
    ...links
      .filter(({ picture, label, url }) => picture && label === '' && isOwnPicture(url))
      .map(({ url }) => finding('no-alt', url)),
    ...(isDesign ? leftOutOfDesign(body) : leftOutOfMarkdown(source, links)),
    ...links
      .filter(({ picture, label }) => !picture && isVague(label))
      .map(({ label }) => finding('vague-link', label)),
    ...links.filter(({ picture, url }) => !picture && isRelative(url)).map(({ url }) => finding('own-link', url)),
    ...(/\{\{\s*\w+\s*\}\}/.exec(source) ?? []).slice(0, 1).map((field) => finding('bare-field', field)),
    ...readingLevel(isDesign ? wordsOfDesign(body.text) : wordsOfMarkdown(source), language),
    ...(bytes > heaviestBytes ? [finding('heavy', String(Math.ceil(bytes / 1000)))] : []),
    ...(language === null && offered.length > 1 ? [finding('no-language', offered.join(', '))] : []),
  ]
}

function linksInMarkdown(source: string): WrittenLink[] {
  return [...source.matchAll(/(!?)\[((?:[^[\]\\]|\\.)*)\]\(\s*<?([^\s)>]*)[^)]*\)/g)].map(
    ([, mark, label = '', url = '']) => ({ picture: mark === '!', label: label.trim(), url }),
  )
}

function wordsOfMarkdown(source: string): string {
  return source.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/\{\{[^{}]*\}\}/g, 'Ada')
}

function finding(code: LintCode, what: string): Finding {
  return { code, what: what.slice(0, 120) }
}

function isVague(label: string): boolean {
  return vague.has(
    label
      .toLowerCase()
      .replaceAll(/[^\p{L}\s]/gu, '')
      .trim(),
  )
}

/** An address that leads nowhere from a mailbox. */
function isRelative(url: string): boolean {
  return url !== '' && !/^[a-z][a-z\d+.-]*:/i.test(url)
}

/** What is not part of what people get: pictures from elsewhere, HTML, and addresses that a mail does not follow. */
function leftOutOfMarkdown(source: string, links: readonly WrittenLink[]): Finding[] {
  const pictures = links.filter(({ picture, url }) => picture && !isOwnPicture(url))
  const schemes = links.filter(({ picture, url }) => !picture && /^[a-z][a-z\d+.-]*:/i.test(url))
  const refused = schemes.filter(({ url }) => !/^(?:https?|mailto):/i.test(url))
  const html = /<\/?[a-z][^<>]*>/i.exec(source.replaceAll(/<(?:https?:|mailto:|[^<>\s]+@)[^<>]*>/gi, ''))
  return [
    ...pictures.map(({ url }) => finding('foreign-picture', url)),
    ...refused.map(({ url }) => finding('left-out', url)),
    ...(html ? [finding('left-out', html[0])] : []),
  ]
}

/** What a design holds that is not part of what people get: its parts by name, "2 × <script>", each picture and link by address. */
function leftOutOfDesign({ leftOut }: Pick<Body, 'leftOut'>): Finding[] {
  const of = (kind: LeftOut['kind']) => leftOut.filter((one) => one.kind === kind)
  const parts = of('part').map(({ name, count }) => `${count} × ${name}`)
  return [
    ...(parts.length > 0 ? [{ code: 'design-part' as const, what: listed(parts) }] : []),
    ...of('style-sheet').map(({ count }) => finding('style-sheet', String(count))),
    ...of('picture').map(({ name }) => finding('foreign-picture', name)),
    ...of('link').map(({ name }) => finding('left-out', name)),
  ]
}

/** Whoever pastes a page of a shop has more than anybody reads. */
function listed(parts: readonly string[]): string {
  return parts.length > 20 ? `${parts.slice(0, 20).join(', ')} …` : parts.join(', ')
}

/** Arabic joins its small words to the next one, so that the index says nothing about it. */
function readingLevel(text: string, language: string | null): Finding[] {
  if (language === 'ar') return []
  const words = text.match(/\p{L}[\p{L}\p{M}'’-]*/gu) ?? []
  if (words.length < fewestWords) return []
  const sentences = text.split(/[.!?:;](?:\s|$)|\n\s*\n|\n\s*[-*#\d]/).filter((part) => /\p{L}/u.test(part)).length
  const long = words.filter((word) => word.length > 6).length
  const level = words.length / sentences + (100 * long) / words.length
  return level > hardest ? [finding('hard-to-read', String(Math.round(level)))] : []
}
