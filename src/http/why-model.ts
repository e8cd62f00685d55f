import { textName, type TextKey } from '../domain/catalogue.ts'
import type { Topic } from '../domain/topic.ts'
import type { Press } from '../form-views.ts'
import type { NoticePage } from '../page-views.ts'
import type { Carried } from '../store/why.ts'
import { dateFor, linkDate, maySee, press, stopTopicPress, topicsNamed, urlOf, type Look } from './her-view.ts'
import { currentSentence, notice } from './notice.ts'

/**
 * Why she got one email, or a digest, or why something hasn't come: what it was, what it is about, and the day she said
 * yes. An old link tells nothing about her.
 */
export function whyPage(look: Look, carried: readonly Carried[]): NoticePage {
  const everything = press(urlOf(look, '/stop'), look.say('page.choices.stop'), 'stop')
  const links = [{ label: look.say('page.why.change'), url: urlOf(look) }]
  const [first] = carried
  if (!first) {
    const row = { label: look.say('page.choices.row'), buttons: [everything] }
    return notice(look, look.say('page.why.none'), { lead: [look.say('page.why.noneLead')], row, links })
  }
  const about = topicsNamed(
    look,
    carried.flatMap(({ topic }) => topic ?? []),
  )
  const buttons = [...about.map((topic) => stopTopicPress(look, topic, 'page.choices.stopTopic')), everything]
  const yes = maySee(look)
    ? about.flatMap((topic) => whyYes(look, topic))
    : [look.say('page.why.old', { date: linkDate(look) })]
  return notice(look, headingFor(look, first, carried.length), {
    lead: [...carried.flatMap((one) => whatItWas(look, one, carried.length > 1)), ...new Set(yes)],
    sentence: currentSentence(look),
    row: { label: look.say('page.choices.row'), buttons },
    after: carried.flatMap((one) => toldOf(look, one, carried.length > 1)),
    extra: carried.flatMap((one) => wrongTopicPress(look, one, carried.length > 1)),
    links,
  })
}

/** What she said of it before: told to a link that may tell of her. */
function toldOf(look: Look, { topic, reported, subject }: Carried, inDigest: boolean): string[] {
  const [about] = topicsNamed(look, topic === null ? [] : [topic])
  if (!about || !reported || !maySee(look)) return []
  const values = { topic: textName(look.language, about.name), subject }
  return [look.say(inDigest ? 'page.wrongTopic.toldItem' : 'page.wrongTopic.told', values)]
}

/** One press that says: this wasn't about its topic. An old link offers it whether it was pressed or not. */
function wrongTopicPress(look: Look, one: Carried, inDigest: boolean): Press[] {
  const [about] = topicsNamed(look, one.topic === null ? [] : [one.topic])
  if (!about || !reachedHer.has(one.state) || (one.reported && maySee(look))) return []
  const label = look.say(inDigest ? 'page.wrongTopic.item' : 'page.wrongTopic.press', {
    topic: about.name,
    subject: one.subject,
  })
  return [press(urlOf(look, '/wrong-topic'), label, 'plain', { item: one.delivery })]
}

/** After the press: thanks, what it does and does not do, and the way to less. */
export function wrongTopicPage(look: Look): NoticePage {
  const about = topicsNamed(look, look.link.topics)
  const buttons = [
    ...about.map((topic) => stopTopicPress(look, topic, 'page.choices.stopTopic')),
    press(urlOf(look, '/stop'), look.say('page.choices.stop'), 'stop'),
  ]
  return notice(look, look.say('page.wrongTopic.heading'), {
    status: true,
    lead: [look.say('page.wrongTopic.lead', { brand: look.preferences.brand.name })],
    row: { label: look.say('page.choices.row'), buttons },
    links: [{ label: look.say('page.why.change'), url: urlOf(look) }],
  })
}

/** What she got, or may have got, by how far it went. */
const reachedHer: ReadonlySet<string> = new Set(['released', 'sent', 'unknown'])
const waits: ReadonlySet<string> = new Set(['held', 'deferred'])

function headingFor(look: Look, { subject, state, sentIn, at }: Carried, items: number): string {
  if (items > 1) return look.say('page.why.digest', { date: dateFor(look, sentIn ?? at) })
  if (reachedHer.has(state)) return look.say('page.why.heading', { subject })
  return look.say(waits.has(state) ? 'page.why.notYet' : 'page.why.notSent', { subject })
}

/** One message: what it is about and when it was sent or why it wasn't; inside a digest its name stands before that. */
function whatItWas(look: Look, carried: Carried, inDigest: boolean): string[] {
  const [topic] = topicsNamed(look, carried.topic === null ? [] : [carried.topic])
  if (!topic) return [look.say('page.why.service')]
  const values = { topic: textName(look.language, topic.name), promise: topic.promise, subject: carried.subject }
  if (inDigest) return [look.say('page.why.item', values)]
  if (!reachedHer.has(carried.state)) return [look.say('page.why.about', values), ...whyNot(look, carried)]
  const date = dateFor(look, carried.sentIn ?? carried.at)
  if (carried.sentIn !== null) return [look.say('page.why.sentInDigest', { ...values, date })]
  const planned = dateFor(look, carried.plannedAt)
  const waited = maySee(look) && planned !== date ? [look.say('page.why.waited', { date: planned })] : []
  return [look.say('page.why.sent', { ...values, date }), ...waited]
}

/** Why something has not come: only ever to a link that may show what she chose. */
function whyNot(look: Look, { state, reason, dueAt, at }: Carried): string[] {
  if (!maySee(look)) return []
  if (state === 'held' && dueAt !== null) {
    const key = reason === 'cap_reached' || reason === 'quiet_hours' || reason === null ? reason : 'digest'
    return [look.say(`page.why.held.${key ?? 'turn'}`, { date: dateFor(look, dueAt) })]
  }
  if (state === 'deferred') return [look.say('page.why.deferred')]
  if (state === 'refused') return [look.say('page.why.refused', { date: dateFor(look, at) })]
  if (state === 'cancelled') return [look.say(reason === null ? 'page.why.calledBack' : 'page.why.changedMind')]
  return [look.say(heldBack[reason ?? ''] ?? 'page.why.changedMind')]
}

/** Why something was held back, by the reasons that are kept with it. */
const heldBack: Readonly<Record<string, TextKey>> = {
  paused: 'page.why.heldBack.paused',
  channel: 'page.why.heldBack.channel',
  bounced: 'page.why.heldBack.bounced',
  no_wording: 'page.why.heldBack.no_wording',
  consent_expired: 'page.why.heldBack.consent_expired',
  no_language: 'page.why.heldBack.no_language',
  expired_before_slot: 'page.why.heldBack.expired_before_slot',
}

function whyYes(look: Look, topic: Topic): string[] {
  const { brand, person } = look.preferences
  if (person.choices.stopped) return [look.say('page.why.stopped')]
  const values = { topic: textName(look.language, topic.name), brand: brand.name }
  const answer = person.choices.topics[topic.id]
  if (answer?.answer !== 'yes' || !answer.basis) return [look.say('page.why.no', values)]
  return [look.say(`page.why.${answer.basis.evidence}`, { ...values, date: dateFor(look, answer.basis.confirmedAt) })]
}
