import type { Preferences } from '../actions/read-preferences.ts'
import { maskedAddress } from '../domain/address.ts'
import { zoneFor } from '../domain/calendar.ts'
import { textDate, textTime } from '../domain/catalogue.ts'
import type { Choices } from '../domain/choices.ts'
import { showsHers, type Link } from '../domain/link-token.ts'
import { forPage, type PrivatePage } from '../domain/private-page.ts'
import { describe } from '../domain/sentence.ts'
import type { Topic } from '../domain/topic.ts'
import type { Press } from '../form-views.ts'
import type { Frame } from '../page-views.ts'
import { frameOf } from './page-frame.ts'
import { inSame, type Voice } from './voice.ts'

/**
 * One look at one person's page: who she is, the link that opened it, when, and in which language. `session` is set where
 * a session did instead: then `link` is what opened that, there is no token, and its forms carry `seal`.
 */
export type Look = Voice & {
  preferences: Preferences
  link: Link
  token: string
  now: Date
  session: { seal: string } | null
}

/** True when this look may show her choices: a session, or a link of a mail not older than 90 days (design.md section 12). */
export function maySee({ link, now }: Look): boolean {
  return showsHers(link, now)
}

/** Her sentence for these choices, the same as everywhere. */
export function sentenceFor(look: Look, choices: Choices): string {
  const { person, brand, topics, wordings } = look.preferences
  return describe(choices, {
    topics,
    brand,
    wordings,
    locale: look.language,
    now: look.now,
    address: addressOf(look),
    suppressions: person.suppressions,
  })
}

/** Her address as a page may show it: masked to whoever holds a link, whole in a session. */
export function addressOf({ preferences, session }: Look): string {
  const spelling = preferences.person.address?.spelling ?? ''
  return session ? spelling : maskedAddress(spelling)
}

/** The day of an instant where she is. */
export function dateFor({ language, preferences: { person, brand } }: Look, at: string | Date): string {
  return textDate(language, new Date(at), zoneFor(person.choices.timeZone, brand))
}

/** The time of day of an instant (ISO) where she is. */
export function timeFor({ language, preferences: { person, brand } }: Look, at: string): string {
  return textTime(language, new Date(at), zoneFor(person.choices.timeZone, brand))
}

/** "In force now", and what of hers was handed over before and may still arrive (I-2), as it is at this moment. */
export function inForce(look: Look): string {
  const { count, since } = look.preferences.inFlight
  if (count === 0 || since === null) return look.say('page.result.inForce')
  return look.say('page.result.inFlight', { count, time: timeFor(look, since) })
}

/** The day the link was made; links know days of UTC. */
export function linkDate({ language, link }: Look): string {
  return textDate(language, new Date(link.day * 86_400_000), 'UTC')
}

/** Her page, or what hangs on it: `/stop`, `?unchanged`; in the language that she asked for. */
export function urlOf(look: Look, rest = ''): string {
  return inSame(look, look.session ? `/me${rest}` : `/p/${look.token}${rest}`)
}

/** The frame of a page about her, with the Stop link where there is one. */
export function herFrame(look: Look, heading: string): Frame {
  const hasStop = look.session !== null || look.link.purpose === 'preferences'
  return frameOf(look, look.preferences.brand, heading, hasStop ? urlOf(look, '/stop') : null)
}

/** Those of the topics that there are, in their order. */
export function topicsNamed({ preferences }: Look, ids: readonly number[]): Topic[] {
  return preferences.topics.filter((topic) => ids.includes(topic.id))
}

/** True while a pause is running. */
export function isPaused(choices: Choices, now: Date): boolean {
  return choices.paused !== null && Date.parse(choices.paused.until) > now.getTime()
}

/** A button that sends these fields to that address by POST. */
export function press(action: string, label: string, look: Press['look'], fields: Record<string, string> = {}): Press {
  return { action, label, look, fields: Object.entries(fields).map(([name, value]) => ({ name, value })) }
}

/** The row of equal weight: slower, pause, stop. While she pauses, the second one starts again. */
export function lessRow(look: Look): Press[] {
  const resumes = maySee(look) && isPaused(look.preferences.person.choices, look.now)
  return [
    press(urlOf(look, '/slower'), look.say('page.choices.slower'), 'plain'),
    resumes
      ? press(urlOf(look, '/resume'), look.say('page.choices.resume'), 'plain')
      : press(urlOf(look, '/pause'), look.say('page.choices.pause'), 'plain', { for: '30-days' }),
    press(urlOf(look, '/stop'), look.say('page.choices.stop'), 'stop'),
  ]
}

/** One button that mails her a fresh link, to her own address and to no other. */
export function freshPress(look: Look, opens: PrivatePage | null = null): Press {
  return press(urlOf(look, `/fresh${forPage(opens)}`), look.say('page.fresh.send'), 'plain')
}

/** One button that ends one topic and leaves everything else. */
export function stopTopicPress(look: Look, topic: Topic, key: 'page.choices.stopTopic' | 'page.stop.onlyTopic'): Press {
  return press(urlOf(look, '/stop-topic'), look.say(key, { topic: topic.name }), 'plain', { topic: String(topic.id) })
}
