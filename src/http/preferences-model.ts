import type { Brand } from '../domain/brand.ts'
import type { Choices } from '../domain/choices.ts'
import type { Pace } from '../domain/pace.ts'
import { paceOption, preferencesWording, type Option } from '../domain/preferences-wording.ts'
import { frozen } from '../domain/wording.ts'
import type { ChoicesForm, PreferencesPage, SentenceCard } from '../page-views.ts'
import { renderWording } from '../render.ts'
import {
  dateFor,
  herFrame,
  isPaused,
  lessRow,
  linkDate,
  maskedOf,
  maySee,
  say,
  sentenceFor,
  stopTopicPress,
  topicsNamed,
  urlOf,
  type Look,
} from './her-view.ts'
import { pageLanguage, replyAddress } from './page-frame.ts'

/** Her page, as far as this link may show it: an old one offers less mail and says nothing about her choices. */
export function preferencesPage(look: Look): PreferencesPage {
  const { brand, person, topics } = look.preferences
  const { choices } = person
  const shown = maySee(look)
  const heading = person.address ? say('page.choices.heading', { address: maskedOf(look) }) : say('page.choices.short')
  const fromMail = topicsNamed(look, look.link.topics).filter(
    ({ id }) => !shown || choices.topics[id]?.answer === 'yes',
  )
  const others = topics.filter((topic) => !fromMail.includes(topic))
  const mayPause = !isPaused(choices, look.now) || !shown
  return {
    frame: herFrame(look, say('page.choices.short')),
    heading,
    sentence: shown ? sentenceCard(look) : null,
    lead: shown ? [] : oldLink(look, brand),
    stopTopics: fromMail.map((topic) => stopTopicPress(look, topic, 'page.choices.stopTopic')),
    rowLabel: say('page.choices.row'),
    row: lessRow(look),
    links: mayPause ? [{ label: say('page.choices.pauseLonger'), url: urlOf(look, '/pause') }] : [],
    otherTopics:
      shown || others.length === 0
        ? null
        : {
            heading: say('page.old.topics'),
            buttons: others.map((topic) => stopTopicPress(look, topic, 'page.choices.stopTopic')),
          },
    form: look.preferences.mayRaise ? formOf(look) : null,
  }
}

/** Her sentence, and under it when she said so. */
export function sentenceCard(look: Look): SentenceCard {
  const { choices, suppressions } = look.preferences.person
  const text = sentenceFor(look, choices)
  if (choices.choseAt) {
    const chosen = say('page.choices.chosen', { date: dateFor(look, choices.choseAt) })
    return { text, note: suppressions.length > 0 ? chosen : `${chosen} ${say('page.choices.inForce')}` }
  }
  const said = Object.values(choices.topics).some(({ answer }) => answer === 'yes')
  return { text, note: said ? say('page.choices.notChosen') : '' }
}

function oldLink(look: Look, brand: Brand): string[] {
  const replyTo = replyAddress(brand)
  const more = replyTo ? say('page.old.moreOrWrite', { replyTo }) : say('page.old.more')
  return [say('page.old.lead', { date: linkDate(look) }), more]
}

/** Null while what it would ask is not published, so that no answer is ever kept under words she did not see. */
function formOf(look: Look): ChoicesForm | null {
  const { person, brand, topics } = look.preferences
  const { choices } = person
  const wording = preferencesWording(brand, topics, pageLanguage)
  const { hash } = frozen(renderWording(wording))
  if (hash !== look.preferences.wording) return null
  return {
    action: urlOf(look),
    wording,
    hash,
    topics: wording.topics.options.map((option) => ({
      ...option,
      ticked: choices.topics[option.value]?.answer === 'yes',
    })),
    pace: {
      note: paceNote(choices, brand),
      options: withStored(wording.pace.options, choices.pace, brand).map((option) => ticked(option, choices.pace)),
    },
    ownPaces: ownPacesOf(look, wording.pace.options, wording.pace.samePace),
    channels: wording.channels.options.map((option) => ({
      ...option,
      ticked: choices.channels[option.value] === 'yes',
    })),
  }
}

function paceNote(choices: Choices, brand: Brand): string {
  const wanted = Object.values(choices.topics).some(({ answer }) => answer === 'yes')
  if (choices.paceChosen || !wanted) return ''
  const said = paceOption(choices.pace, brand, pageLanguage).label
  return say('page.form.paceNotChosen', { pace: `${said.charAt(0).toLowerCase()}${said.slice(1)}` })
}

/** The offered paces, and hers beside them where it is another: saving must not change it silently. */
function withStored(options: Option<Pace>[], pace: Pace, brand: Brand): Option<Pace>[] {
  if (options.some((option) => option.value === pace)) return options
  return [...options, paceOption(pace, brand, pageLanguage)]
}

function ticked<Value>(option: Option<Value>, chosen: Value): Option<Value> & { ticked: boolean } {
  return { ...option, ticked: option.value === chosen }
}

/** A pace of its own for each topic she has; nothing where she has fewer than two, for whom it would say the same twice. */
function ownPacesOf(look: Look, offered: Option<Pace>[], same: string): ChoicesForm['ownPaces'] {
  const { person, brand, topics } = look.preferences
  const wanted = topics.filter((topic) => person.choices.topics[topic.id]?.answer === 'yes')
  const own = wanted.map((topic) => person.choices.topics[topic.id]?.pace ?? null)
  const open = own.some((pace) => pace !== null)
  if (wanted.length < 2 && !open) return null
  return {
    open,
    topics: wanted.map((topic, index) => {
      const pace = own[index] ?? null
      const paces = pace === null ? offered : withStored(offered, pace, brand)
      const none = { value: '', label: same, hint: '', ticked: pace === null }
      return {
        name: `pace-${topic.id}`,
        label: topic.name,
        options: [none, ...paces.map((option) => ticked(option, pace ?? ''))],
      }
    }),
  }
}
