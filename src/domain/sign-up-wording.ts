import type { Brand } from './brand.ts'
import { text } from './catalogue.ts'
import { writingOf, type Language } from './language.ts'
import type { Pace } from './pace.ts'
import { offeredPaces, paceOption, topicOptions, type Option } from './preferences-wording.ts'
import { mostTopicsAtStart } from './sign-up.ts'
import type { Topic } from './topic.ts'

/**
 * Everything the sign-up page says, without a word about whoever reads it: what is frozen as the wording, and what the page
 * itself is made of. Topics stand here in the order of their ids; the page shows them in another, which the entry records.
 */
export type SignUpWording = {
  kind: 'sign-up'
  language: Language
  direction: 'ltr' | 'rtl'
  heading: string
  asks: string
  by: string
  topics: { question: string; options: Option<number>[] }
  pace: { question: string; options: Option<Pace>[] }
  languages: { question: string; options: Option<string>[] }
  address: string
  withdraw: string
  save: string
}

/** What the sign-up page says in a language, for a brand and its topics. */
export function signUpWording(brand: Brand, topics: readonly Topic[], language: Language): SignUpWording {
  return {
    kind: 'sign-up',
    language,
    direction: writingOf(language).direction,
    heading: text(language, 'page.start.heading', { brand: brand.name }),
    asks: text(language, 'page.start.asks'),
    by: text(language, 'page.form.by', { brand: brand.name }),
    topics: {
      question: text(language, 'page.form.topics'),
      options: topicOptions(topicsAtStart(topics), language),
    },
    pace: {
      question: text(language, 'page.form.pace'),
      options: offeredPaces.map((pace) => paceOption(pace, brand, language)),
    },
    languages: {
      question: text(language, 'page.start.language'),
      options: brand.languages.map((value) => ({ value, label: writingOf(value).name, hint: '' })),
    },
    address: text(language, 'page.start.address'),
    withdraw: text(language, 'page.form.withdraw'),
    save: text(language, 'page.start.save'),
  }
}

/** The topics that the sign-up page offers: all, but for those that were added before there was a limit. */
export function topicsAtStart(topics: readonly Topic[]): readonly Topic[] {
  return topics.slice(0, mostTopicsAtStart)
}
