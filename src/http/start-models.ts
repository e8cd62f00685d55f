import { maskedAddress } from '../domain/address.ts'
import { zoneFor } from '../domain/calendar.ts'
import { textNearDay } from '../domain/catalogue.ts'
import { notAsked } from '../domain/choices.ts'
import { linkLifetimes } from '../domain/link-token.ts'
import { confirmed, inOrderOf, type SignUp } from '../domain/sign-up.ts'
import { signUpWording, topicsAtStart } from '../domain/sign-up-wording.ts'
import { frozen } from '../domain/wording.ts'
import type { Press } from '../form-views.ts'
import type { NoticePage, StartPage } from '../page-views.ts'
import { renderWording } from '../render.ts'
import type { StartShown } from '../actions/read-start.ts'
import { emailField, problemsOf } from './find-pages.ts'
import { dateFor, press, sentenceFor, type Look } from './her-view.ts'
import { currentSentence, notice, plainNotice, seeAll, writeToUs } from './notice.ts'
import { frameOf } from './page-frame.ts'
import { undoPress } from './result-models.ts'
import type { StartEntries, StartForm } from './start-form.ts'
import { inSame, type Voice } from './voice.ts'

type Missing = Extract<StartForm, { kind: 'incomplete' }>['missing']

/** The sign-up page with what was entered; null while what it would ask is not published, or there is nothing to ask. */
export function startPage(
  voice: Voice,
  shown: StartShown,
  entries: StartEntries,
  missing: Missing | null,
): StartPage | null {
  const { brand, topics } = shown
  const wording = signUpWording(brand, topics, voice.language)
  const { hash } = frozen(renderWording(wording))
  if (topics.length === 0 || hash !== shown.wordings.get(voice.language)) return null
  const order = inOrderOf(topicsAtStart(topics), entries.seed).map(({ id }) => id)
  const options = order.flatMap((id) => wording.topics.options.find(({ value }) => value === id) ?? [])
  const errors = {
    topic: missing?.topic ? voice.say('page.start.noTopic') : null,
    pace: missing?.pace ? voice.say('page.start.noPace') : null,
    address: missing?.address ? voice.say('page.form.badAddress') : null,
  }
  const items = [
    { label: errors.topic, url: `#topic-${order[0]}` },
    { label: errors.pace, url: `#pace-${wording.pace.options[0]?.value}` },
    { label: errors.address, url: '#address' },
  ].flatMap(({ label, url }) => (label === null ? [] : [{ label, url }]))
  const title = items.length === 0 ? wording.heading : voice.say('page.form.errorTitle', { heading: wording.heading })
  return {
    action: inSame(voice, '/start'),
    frame: frameOf(voice, brand, title),
    wording,
    hash,
    seed: entries.seed,
    problems: items.length === 0 ? null : problemsOf(voice, items),
    email: { ...emailField(voice, entries.address, errors.address), label: wording.address },
    topics: {
      error: errors.topic,
      options: options.map((option) => ({ ...option, ticked: entries.topics.includes(option.value) })),
    },
    pace: {
      error: errors.pace,
      options: wording.pace.options.map((option) => ({ ...option, ticked: option.value === entries.pace })),
    },
    languages: wording.languages.options.map((option) => ({ ...option, ticked: option.value === entries.language })),
  }
}

/** The same after every form, whether we know that address or not. */
export function checkInboxPage(voice: Voice, { brand }: StartShown, entries: StartEntries, asked: SignUp): NoticePage {
  const values = { address: maskedAddress(entries.address.trim()), days: linkLifetimes.confirmDays }
  return plainNotice(voice, brand, voice.say('page.start.sent'), {
    status: true,
    lead: [voice.say('page.start.sentLead', values)],
    after: [voice.say('page.start.sentNone'), ...writeToUs(voice, brand)],
    row: { label: voice.say('page.start.again'), buttons: [againPress(voice, entries, asked)] },
    links: [{ label: voice.say('page.start.other'), url: inSame(voice, '/start') }],
  })
}

/** Sends the very same form once more. */
function againPress(voice: Voice, entries: StartEntries, asked: SignUp): Press {
  const { wording, seed, language, pace } = asked
  const again = press(inSame(voice, '/start'), voice.say('page.start.again'), 'plain', {
    wording,
    seed,
    language,
    pace,
    address: entries.address,
  })
  return { ...again, fields: [...again.fields, ...several('shown', asked.shown), ...several('topic', asked.topics)] }
}

function several(name: string, ids: readonly number[]): Press['fields'] {
  return ids.map((id) => ({ name, value: String(id) }))
}

/** What the link in the confirmation opens: what one press would start, and nothing else that we may know about her. */
export function lastPressPage(look: Look, asked: SignUp, askedAt: string): NoticePage {
  const at = look.now.toISOString()
  const granted = confirmed(notAsked(), asked, { askedAt, at })
  const { person } = look.preferences
  const nobody = { ...look, preferences: { ...look.preferences, person: { ...person, suppressions: [] } } }
  return notice(look, look.say('page.confirm.heading'), {
    lead: [look.say('page.confirm.lead', { date: dateFor(look, askedAt) })],
    sentence: granted && { text: sentenceFor(nobody, granted), note: '' },
    row: {
      label: look.say('page.confirm.heading'),
      buttons: [press(inSame(look, `/start/${look.token}`), look.say('page.confirm.button'), 'primary')],
    },
    aside: look.say('page.confirm.notYou'),
  })
}

/** After that press: her sentence, when the first mail is likely to come, and the ways to less. `first` is an ISO instant. */
export function startedPage(look: Look, first: string | null, undoToken: string): NoticePage {
  const { person, brand } = look.preferences
  const zone = zoneFor(person.choices.timeZone, brand)
  return notice(look, look.say('page.confirm.done'), {
    status: true,
    sentence: currentSentence(look),
    after:
      first === null
        ? []
        : [look.say('page.confirm.first', { day: textNearDay(look.language, new Date(first), zone) })],
    row: { label: look.say('page.result.undo'), buttons: [undoPress(look, undoToken)] },
    links: [seeAll(look)],
  })
}

/** A link that grants nothing (any more): why, and how to go on. */
export function notConfirmedPage(look: Look, why: 'used' | 'expired' | 'superseded'): NoticePage {
  const buttons = [press(inSame(look, `/start/${look.token}/fresh`), look.say('page.fresh.send'), 'plain')]
  return notice(look, look.say(`page.confirm.${why}`), {
    status: true,
    lead: [look.say(`page.confirm.${why}Lead`)],
    row: { label: look.say('page.fresh.ask'), buttons },
    links: [{ label: look.say('page.confirm.askAgain'), url: inSame(look, '/start') }],
  })
}
