import type { FastifyRequest } from 'fastify'
import type { Brand } from '../domain/brand.ts'
import { text, type TextKey } from '../domain/catalogue.ts'
import { languageFor, languageOf, negotiated, offeredOne, writingOf, type Language } from '../domain/language.ts'
import type { Frame } from '../page-views.ts'
import { fieldOf } from './site.ts'

/** The language of one answer, and everything that is said in it. */
export type Voice = {
  language: Language
  /** What `?lang` asked for: every link and form of the page asks for it again. */
  asked: Language | null
  /** The page's way to each language that is offered; empty where there is one only. */
  languages: Frame['languages']
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string
}

/** A page about a failure speaks as the page would have that failed. */
const voices = new WeakMap<FastifyRequest, Voice>()

/** The language for this request: what `?lang` names wins, then hers as `saved`, then what her browser likes, then the brand's own. */
export function voiceFor(request: FastifyRequest, { languages }: Brand, saved: string | null = null): Voice {
  const asked = offeredOne(fieldOf(request.query, 'lang') ?? null, languages)
  const language =
    asked ??
    offeredOne(saved, languages) ??
    negotiated(request.headers['accept-language'], languages) ??
    languageFor(null, languages)
  const voice: Voice = {
    language,
    asked,
    languages: languages.length < 2 ? [] : languages.map((each) => wayTo(each, language, addressOf(request))),
    say: (key, values) => text(language, key, values),
  }
  voices.set(request, voice)
  return voice
}

/** The voice in which this request was being answered, else one for whoever asks. */
export function voiceOf(request: FastifyRequest, brand: Brand): Voice {
  return voices.get(request) ?? voiceFor(request, brand)
}

/** What `?lang` asks for, for an answer that only leads on: the page there says whether it is offered. */
export function askedIn(request: FastifyRequest): Pick<Voice, 'asked'> {
  return { asked: languageOf(fieldOf(request.query, 'lang') ?? null) }
}

/** An address of ours, in the language that was asked for. */
export function inSame({ asked }: Pick<Voice, 'asked'>, url: string): string {
  return asked === null ? url : inLanguage(url, asked)
}

/** The same address, asked for in that language. */
export function inLanguage(url: string, language: Language): string {
  const [path = '', query] = url.split('?', 2)
  const fields = new URLSearchParams(query)
  fields.set('lang', language)
  return `${path}?${fields.toString()}`
}

function wayTo(language: Language, current: Language, address: string): Frame['languages'][number] {
  const { name, direction } = writingOf(language)
  return { language, name, direction, url: inLanguage(address, language), current: language === current }
}

/** Only an address that is one of ours may stand in a link of ours. */
function addressOf(request: FastifyRequest): string {
  return request.routeOptions?.url ? request.url : '/'
}
