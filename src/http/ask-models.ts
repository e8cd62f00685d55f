import { pauseLengths } from '../domain/pause-length.ts'
import type { Press } from '../form-views.ts'
import type { PrivatePage } from '../domain/private-page.ts'
import type { Topic } from '../domain/topic.ts'
import type { NoticePage } from '../page-views.ts'
import {
  dateFor,
  freshPress,
  inForce,
  maySee,
  press,
  stopTopicPress,
  timeFor,
  topicsNamed,
  urlOf,
  type Look,
} from './her-view.ts'
import { currentSentence, namesOf, notice, seeAll, writeToUs } from './notice.ts'
import { opensAt } from './opens-at.ts'
import { inSame } from './voice.ts'

/** What the footer's Stop opens: one press, and nothing that could be filled in wrongly. */
export function stopPage(look: Look): NoticePage {
  const topics = topicsNamed(look, look.link.topics)
  return notice(look, look.say('page.stop.heading', { brand: look.preferences.brand.name }), {
    lead: [look.say('page.stop.lead')],
    row: {
      label: look.say('page.choices.row'),
      buttons: [
        press(urlOf(look, '/stop'), look.say('page.stop.everything'), 'stop'),
        ...topics.map((topic) => stopTopicPress(look, topic, 'page.stop.onlyTopic')),
      ],
    },
    extra: wrongTopic(look, topics),
    links: [seeAll(look)],
  })
}

/** Below every way to stop, where one topic came with the mail: it precedes nothing. */
function wrongTopic(look: Look, topics: readonly Topic[]): Press[] {
  const [only, ...more] = topics
  if (!only || more.length > 0 || look.link.delivery === null) return []
  return [press(urlOf(look, '/wrong-topic'), look.say('page.wrongTopic.press', { topic: only.name }), 'plain')]
}

/** The three lengths of a pause, each a button of its own. */
export function pausePage(look: Look): NoticePage {
  return notice(look, look.say('page.pause.heading', { brand: look.preferences.brand.name }), {
    lead: [look.say('page.pause.lead')],
    row: { label: look.say('page.pause.heading', { brand: look.preferences.brand.name }), buttons: pausePresses(look) },
    links: [seeAll(look)],
  })
}

/** What the Undo link of a mail opens: when it was, and one button. `left`: there is still something to put back. */
export function undoPage(look: Look, at: string, left: boolean): NoticePage {
  if (!left) return notice(look, look.say('page.undo.nothing'), { lead: [look.say('page.undo.nothingLead')] })
  return notice(look, look.say('page.undo.heading'), {
    lead: [look.say('page.undo.lead', { date: dateFor(look, at), time: timeFor(look, at) })],
    row: {
      label: look.say('page.undo.heading'),
      buttons: [press(inSame(look, `/undo/${look.token}`), look.say('page.undo.button'), 'primary')],
    },
  })
}

/** What the mail program's own button is about to do, for those who open its address in a browser. */
export function oneClickPage(look: Look, everything: boolean): NoticePage {
  const { brand } = look.preferences
  const topics = topicsNamed(look, look.link.topics)
  const all = everything || topics.length === 0
  const label = all
    ? look.say('page.stop.everything')
    : look.say('page.oneClick.button', { topics: namesOf(look, topics, false) })
  const heading = all
    ? look.say('page.oneClick.headingAll', { brand: brand.name })
    : look.say('page.oneClick.heading', { topics: namesOf(look, topics) })
  return notice(look, heading, {
    lead: [all ? look.say('page.stop.lead') : look.say('page.oneClick.lead')],
    row: {
      label: heading,
      buttons: [press(inSame(look, `/u/${look.token}`), label, 'stop', { 'List-Unsubscribe': 'One-Click' })],
    },
  })
}

/**
 * Her page after a stop, and what a press on Stop says to whom had stopped already. Nothing here starts again: a leaked
 * link may end everything and may bring nothing back, so a fresh link goes to her own mailbox first.
 */
export function stoppedPage(look: Look): NoticePage {
  const again = look.session ? { links: [seeAll(look)] } : { row: freshRow(look) }
  return notice(look, look.say('page.stopped.heading'), {
    sentence: currentSentence(look),
    after: [inForce(look), ...(look.session ? [] : [look.say('page.stopped.again')])],
    ...again,
  })
}

/** What "Send me a fresh link" opens, and what it says once pressed. */
export function freshPage(look: Look, sent: boolean, opens: PrivatePage | null = null): NoticePage {
  if (sent)
    return notice(look, look.say('page.fresh.sent'), {
      status: true,
      lead: [look.say('page.fresh.sentLead')],
      after: writeToUs(look, look.preferences.brand),
    })
  const lead = [look.say('page.fresh.askLead'), ...opensAt(look, opens)]
  return notice(look, look.say('page.fresh.ask'), { lead, row: freshRow(look, opens) })
}

function freshRow(look: Look, opens: PrivatePage | null = null): NonNullable<NoticePage['row']> {
  return { label: look.say('page.fresh.ask'), buttons: [freshPress(look, opens)] }
}

/** After a press that asked for what was so already. */
export function unchangedPage(look: Look): NoticePage {
  return notice(look, look.say('page.result.unchanged'), {
    status: true,
    lead: [look.say('page.result.unchangedLead')],
    sentence: currentSentence(look),
    after: [inForce(look)],
    links: [seeAll(look)],
  })
}

/** The link asked for more mail than it may bring: what it can still do, and the way to a link that may. Never a dead end. */
export function needsFreshLinkPage(look: Look): NoticePage {
  const stopped = look.preferences.person.choices.stopped !== null
  const lead =
    maySee(look) && stopped
      ? [look.say('page.fresh.stopped'), look.say('page.stopped.again')]
      : [look.say('page.fresh.lead'), look.say('page.old.more')]
  return notice(look, look.say('page.fresh.heading'), {
    status: true,
    lead,
    row: freshRow(look),
    links: [seeAll(look)],
  })
}

function pausePresses(look: Look): Press[] {
  return pauseLengths.map((length) =>
    press(urlOf(look, '/pause'), look.say(`page.pause.${length}`), 'plain', { for: length }),
  )
}
