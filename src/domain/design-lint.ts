import { unescaped } from './campaign-body.ts'
import type { WrittenLink } from './campaign-lint.ts'
import { cutAtMarks } from './marks.ts'

/** The links and pictures of a design as it was read, where tags have one shape: a link is called what it says, or its pictures show. */
export function linksInDesign(html: string): WrittenLink[] {
  const pictures = [...html.matchAll(/<img[^>]*>/g)].map(([tag]) => ({
    picture: true,
    label: attribute(tag, 'alt'),
    url: attribute(tag, 'src'),
  }))
  const links = [...html.matchAll(/(<a(?: [^>]*)?>)((?:(?!<\/a>)[^])*)<\/a>/g)].map(([, tag = '', inner = '']) => ({
    picture: false,
    label: wordsIn(inner),
    url: attribute(tag, 'href'),
  }))
  return [...pictures, ...links]
}

/** The words of a design, as its text part has them: without addresses, and with a name where one is filled in. */
export function wordsOfDesign(text: string): string {
  return cutAtMarks(text.replaceAll(/<[^<>\s]+>/g, ''))
    .map((piece) => (typeof piece === 'number' ? 'Ada' : piece))
    .join('')
}

function wordsIn(html: string): string {
  const words = html.replaceAll(/<img[^>]*>/g, (tag) => ` ${attribute(tag, 'alt')} `).replaceAll(/<[^>]*>/g, ' ')
  return unescaped(words).replaceAll(/\s+/g, ' ').trim()
}

function attribute(tag: string, name: string): string {
  return unescaped(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
}
