import { textName } from '../domain/catalogue.ts'
import type { Topic } from '../domain/topic.ts'
import type { NoticePage } from '../page-views.ts'
import type { Carried } from '../store/why.ts'
import { dateFor, linkDate, maySee, press, say, stopTopicPress, topicsNamed, urlOf, type Look } from './her-view.ts'
import { currentSentence, notice } from './notice.ts'
import { pageLanguage } from './page-frame.ts'

/** Why she got one email: its subject, its topic, and the day she said yes. An old link tells nothing about her. */
export function whyPage(look: Look, carried: Carried | null): NoticePage {
  const buttons = [press(urlOf(look, '/stop'), say('page.choices.stop'), 'stop')]
  const links = [{ label: say('page.why.change'), url: urlOf(look) }]
  if (!carried) {
    const row = { label: say('page.choices.row'), buttons }
    return notice(look, say('page.why.none'), { lead: [say('page.why.noneLead')], row, links })
  }
  const [topic] = topicsNamed(look, carried.topic === null ? [] : [carried.topic])
  const date = dateFor(look, carried.at)
  const sent = topic
    ? say('page.why.sent', { date, topic: textName(pageLanguage, topic.name), promise: topic.promise })
    : say('page.why.service')
  const stops = topic ? [stopTopicPress(look, topic, 'page.choices.stopTopic'), ...buttons] : buttons
  return notice(look, say('page.why.heading', { subject: carried.subject }), {
    lead: maySee(look) ? [sent, ...whyYes(look, topic)] : [sent, say('page.why.old', { date: linkDate(look) })],
    sentence: currentSentence(look),
    row: { label: say('page.choices.row'), buttons: stops },
    links,
  })
}

function whyYes(look: Look, topic: Topic | undefined): string[] {
  const { brand, person } = look.preferences
  if (!topic) return []
  if (person.choices.stopped) return [say('page.why.stopped')]
  const values = { topic: textName(pageLanguage, topic.name), brand: brand.name }
  const answer = person.choices.topics[topic.id]
  if (answer?.answer !== 'yes' || !answer.basis) return [say('page.why.no', values)]
  return [say(`page.why.${answer.basis.evidence}`, { ...values, date: dateFor(look, answer.basis.confirmedAt) })]
}
