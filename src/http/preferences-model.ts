import type { SentForm } from '../actions/preferences.ts'
import type { Brand } from '../domain/brand.ts'
import type { Choices } from '../domain/choices.ts'
import type { Pace } from '../domain/pace.ts'
import {
  allPacesOffered,
  paceOption,
  pacesOffered,
  preferencesWording,
  type Option,
  type PreferencesWording,
} from '../domain/preferences-wording.ts'
import { forPage } from '../domain/private-page.ts'
import { unchosenPace } from '../domain/sentence.ts'
import { frozen } from '../domain/wording.ts'
import type { ChoicesForm, PreferencesPage, SentenceCard } from '../page-views.ts'
import { renderWording } from '../render.ts'
import {
  addressOf,
  dateFor,
  freshPress,
  herFrame,
  inForce,
  isPaused,
  lessRow,
  linkDate,
  maySee,
  press,
  sentenceFor,
  stopTopicPress,
  timeFor,
  topicsNamed,
  urlOf,
  type Look,
} from './her-view.ts'
import { fieldsAgain } from './preferences-form.ts'
import { volumesText, volumeText } from './volume-text.ts'

/** Her page, as far as this link may show it: an old one offers less mail and says nothing about her choices. */
export function preferencesPage(look: Look): PreferencesPage {
  const { person, topics } = look.preferences
  const { choices } = person
  const shown = maySee(look)
  const heading = person.address
    ? look.say('page.choices.heading', { address: addressOf(look) })
    : look.say('page.choices.short')
  const fromMail = topicsNamed(look, look.link.topics).filter(
    ({ id }) => !shown || choices.topics[id]?.answer === 'yes',
  )
  const others = topics.filter((topic) => !fromMail.includes(topic))
  const mayPause = !isPaused(choices, look.now) || !shown
  return {
    frame: herFrame(look, look.say('page.choices.short')),
    heading,
    sentence: shown ? sentenceCard(look) : null,
    lead: leadFor(look),
    first: fromMail.map((topic) => stopTopicPress(look, topic, 'page.choices.stopTopic')),
    rowLabel: look.say('page.choices.row'),
    row: lessRow(look),
    more: shown ? [] : [freshPress(look)],
    links: [
      ...(mayPause ? [{ label: look.say('page.choices.pauseLonger'), url: urlOf(look, '/pause') }] : []),
      ...(look.session ? sessionLinks(look) : []),
      ...(shown && !look.session ? freshLinks(look) : []),
    ],
    otherTopics:
      shown || others.length === 0
        ? null
        : {
            heading: look.say('page.old.topics'),
            buttons: others.map((topic) => stopTopicPress(look, topic, 'page.choices.stopTopic')),
          },
    record: null,
    form: look.preferences.mayRaise ? formOf(look) : null,
    last: look.session ? [press(urlOf(look, '/sign-out'), look.say('page.me.signOut'), 'plain')] : [],
  }
}

/**
 * Her page after a form that was drawn before her choices changed asked for more: what holds, what it would have said, and
 * one press for either. A pace that only the old form could offer is not offered again.
 */
export function changedElsewherePage(
  look: Look,
  { asked, at }: { asked: Choices; at: string },
  sent: SentForm,
): PreferencesPage {
  const heading = look.say('page.elsewhere.heading')
  const whole = preferencesPage(look)
  const { entry, choices } = look.preferences.person
  const offered = allPacesOffered(choices)
  const fits = [sent.form.pace, ...sent.form.topicPaces.values()].every((pace) => !pace || offered.includes(pace))
  const use = { ...press(urlOf(look), look.say('page.elsewhere.use'), 'plain'), fields: fieldsAgain(sent, entry) }
  return {
    ...whole,
    frame: herFrame(look, heading),
    heading,
    lead: [
      look.say('page.elsewhere.lead', { date: dateFor(look, at), time: timeFor(look, at) }),
      look.say('page.elsewhere.asked', { sentence: sentenceFor(look, asked) }),
    ],
    first: [...(fits ? [use] : []), ...whole.first],
    links: [{ label: look.say('page.elsewhere.keep'), url: urlOf(look) }, ...whole.links],
  }
}

/** Her sentence, and under it when she said so and whether it holds for everything of hers already. */
export function sentenceCard(look: Look): SentenceCard {
  const { person, inFlight } = look.preferences
  const { choices, suppressions } = person
  const said = Object.values(choices.topics).some(({ answer }) => answer === 'yes')
  const notes = [said ? look.say('page.choices.notChosen') : '']
  if (choices.choseAt) notes[0] = look.say('page.choices.chosen', { date: dateFor(look, choices.choseAt) })
  const holds = choices.choseAt !== null && suppressions.length === 0
  if (holds || inFlight.count > 0) notes.push(inForce(look))
  return { text: sentenceFor(look, choices), note: notes.join(' ').trim() }
}

/** What only a session shows. */
function sessionLinks(look: Look): PreferencesPage['links'] {
  return [
    { label: look.say('history.heading'), url: urlOf(look, '/history') },
    { label: look.say('download.link'), url: urlOf(look, '/download') },
    { label: look.say('page.details.link'), url: urlOf(look, '/details') },
    { label: look.say('erase.link'), url: urlOf(look, '/erase') },
  ]
}

/** What takes a fresh link, each a press away from asking for one that opens there. */
function freshLinks(look: Look): PreferencesPage['links'] {
  return [
    { label: look.say('page.fresh.link'), url: urlOf(look, '/fresh') },
    { label: look.say('download.link'), url: urlOf(look, `/fresh${forPage('download')}`) },
    { label: look.say('erase.link'), url: urlOf(look, `/fresh${forPage('erase')}`) },
  ]
}

/** What an old link may not do and how to do it; and in a session, what saving would do to a stop. */
function leadFor(look: Look): string[] {
  if (!maySee(look)) return [look.say('page.old.lead', { date: linkDate(look) }), look.say('page.old.more')]
  return look.session && look.preferences.person.choices.stopped ? [look.say('page.me.stopped')] : []
}

/** Null while what it would ask is not published, so that no answer is ever kept under words she did not see. */
function formOf(look: Look): ChoicesForm | null {
  const { person, brand, topics, volumes } = look.preferences
  const { choices } = person
  const wanted = topics.flatMap(({ id }) => (choices.topics[id]?.answer === 'yes' ? [id] : []))
  const wording = preferencesWording(brand, topics, look.language)
  const { hash } = frozen(renderWording(wording))
  if (hash !== look.preferences.wording.get(look.language)) return null
  return {
    action: urlOf(look),
    wording,
    hash,
    version: person.entry,
    seal: look.session?.seal ?? null,
    topics: wording.topics.options.map((option) => ({
      ...option,
      ticked: choices.topics[option.value]?.answer === 'yes',
      volume: volumeText(look, volumes, option.value, look.now),
    })),
    pace: {
      note: paceNote(look),
      options: pacesFor(choices.pace, wording, brand).map((option) => ({
        ...ticked(option, choices.pace),
        volume: option.value === 'as-it-happens' ? volumesText(look, volumes, wanted, look.now) : '',
      })),
    },
    ownPaces: ownPacesOf(look, wording),
    channels: wording.channels.options.map((option) => ({
      ...option,
      ticked: choices.channels[option.value] === 'yes',
    })),
  }
}

function paceNote({ language, preferences }: Look): string {
  const { choices } = preferences.person
  const wanted = Object.values(choices.topics).some(({ answer }) => answer === 'yes')
  if (choices.paceChosen || !wanted) return ''
  return unchosenPace(choices.pace, language)
}

/** The paces offered to somebody who has `own`: as the wording says them, and hers, which is about her and not frozen. */
function pacesFor(own: Pace, { language, pace: { options, kept } }: PreferencesWording, brand: Brand): Option<Pace>[] {
  return pacesOffered(own).map(
    (pace) => options.find(({ value }) => value === pace) ?? { ...paceOption(pace, brand, language), hint: kept },
  )
}

function ticked<Value>(option: Option<Value>, chosen: Value): Option<Value> & { ticked: boolean } {
  return { ...option, ticked: option.value === chosen }
}

/** A pace of its own for each topic she has; nothing where she has fewer than two, for whom it would say the same twice. */
function ownPacesOf(look: Look, wording: PreferencesWording): ChoicesForm['ownPaces'] {
  const { person, brand, topics } = look.preferences
  const wanted = topics.filter((topic) => person.choices.topics[topic.id]?.answer === 'yes')
  const own = wanted.map((topic) => person.choices.topics[topic.id]?.pace ?? null)
  const open = own.some((pace) => pace !== null)
  if (wanted.length < 2 && !open) return null
  return {
    open,
    topics: wanted.map((topic, index) => {
      const pace = own[index] ?? null
      const paces = pace === null ? wording.pace.options : pacesFor(pace, wording, brand)
      const none = { value: '', label: wording.pace.samePace, hint: '', ticked: pace === null }
      return {
        name: `pace-${topic.id}`,
        label: topic.name,
        options: [none, ...paces.map((option) => ticked(option, pace ?? ''))],
      }
    }),
  }
}
