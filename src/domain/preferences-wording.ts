import type { Brand } from './brand.ts'
import { text, textTime, textWeekday } from './catalogue.ts'
import { channels, type Channel, type Choices } from './choices.ts'
import { writingOf, type Language } from './language.ts'
import { termsOf, type Pace } from './pace.ts'
import { topicIn, type Topic } from './topic.ts'

/** One thing that can be ticked: what stands in big letters, and what stands beside or under it (may be empty). */
export type Option<Value> = { value: Value; label: string; hint: string }

/**
 * Everything the form on her page says, without a word about her: what is frozen as the wording, and what the page
 * itself is made of, so that the two cannot differ.
 */
export type PreferencesWording = {
  kind: 'preferences'
  language: Language
  direction: 'ltr' | 'rtl'
  asks: string
  heading: string
  topics: { question: string; options: Option<number>[] }
  pace: { question: string; options: Option<Pace>[]; kept: string; ownPace: string; samePace: string }
  channels: { question: string; hint: string; options: Option<Channel>[] }
  withdraw: string
  save: string
}

/** The paces that her page offers; any other that she has stays with her until she picks one of these. */
export const offeredPaces: readonly Pace[] = ['as-it-happens', 'digest-weekly', 'digest-monthly']

/** The paces that the form offers somebody who has `pace`: hers beside the others, as saving must not change it silently. */
export function pacesOffered(pace: Pace): readonly Pace[] {
  return offeredPaces.includes(pace) ? offeredPaces : [...offeredPaces, pace]
}

/** Every pace that the form offered somebody with these choices, for all her topics or for one of them. */
export function allPacesOffered({ pace, topics }: Choices): readonly Pace[] {
  return [...pacesOffered(pace), ...Object.values(topics).flatMap(({ pace: own }) => own ?? [])]
}

/** What the form had chosen beforehand when it was drawn from these choices, and in which order it offered paces: evidence. */
export function formDefaults({ topics, pace, channels: said }: Choices): Record<string, string> {
  return {
    paces: pacesOffered(pace).join(','),
    preselectedPace: pace,
    preticked: Object.keys(topics)
      .filter((id) => topics[id]?.answer === 'yes')
      .join(','),
    pretickedChannels: channels.filter((channel) => said[channel] === 'yes').join(','),
  }
}

/** Ids of the topics that a frozen wording shows, as `views/wording/preferences.eta` marks them; names are escaped there. */
export function topicsShownIn(body: string): number[] {
  return [...body.matchAll(/<li data-topic="(\d+)">/g)].map(([, id]) => Number(id))
}

/** Topics to choose from, in a language. */
export function topicOptions(topics: readonly Topic[], language: Language): Option<number>[] {
  return topics.map((topic) => {
    const { name, promise } = topicIn(topic, language)
    return { value: topic.id, label: name, hint: promise }
  })
}

/** What the form says in a language, for a brand and its topics. */
export function preferencesWording(brand: Brand, topics: readonly Topic[], language: Language): PreferencesWording {
  return {
    kind: 'preferences',
    language,
    direction: writingOf(language).direction,
    asks: text(language, 'page.form.by', { brand: brand.name }),
    heading: text(language, 'page.form.heading'),
    topics: {
      question: text(language, topics.length > 0 ? 'page.form.topics' : 'page.form.noTopics'),
      options: topicOptions(topics, language),
    },
    pace: {
      question: text(language, 'page.form.pace'),
      options: offeredPaces.map((pace) => paceOption(pace, brand, language)),
      kept: text(language, 'page.form.keptPace'),
      ownPace: text(language, 'page.form.ownPace'),
      samePace: text(language, 'page.form.samePace'),
    },
    channels: {
      question: text(language, 'page.form.channels'),
      hint: text(language, 'page.form.channelsHint'),
      options: channels.map((channel) => ({
        value: channel,
        label: text(language, `page.channel.${channel}`),
        hint: '',
      })),
    },
    withdraw: text(language, 'page.form.withdraw'),
    save: text(language, 'page.form.save'),
  }
}

/** A pace in words: "One digest a week", and when that is. */
export function paceOption(pace: Pace, brand: Brand, language: Language): Option<Pace> {
  const terms = termsOf(pace)
  if (terms.kind === 'cap') {
    const label = text(language, `page.pace.cap.${terms.period}`, { limit: terms.limit })
    return { value: pace, label, hint: '' }
  }
  const name = terms.kind === 'digest' ? digestOf[terms.period] : terms.kind
  const { weekday, time } = name === 'digest-monthly' ? brand.monthlySlot : brand.weeklySlot
  const values = {
    weekday: textWeekday(language, weekday),
    time: textTime(language, new Date(`1970-01-01T${time}Z`), 'UTC'),
  }
  const hint = text(language, `page.pace.${name}.when`, values)
  return { value: pace, label: text(language, `page.pace.${name}`), hint }
}

const digestOf = { day: 'digest-daily', week: 'digest-weekly', month: 'digest-monthly' } as const
