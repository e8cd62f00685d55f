import { pauseLengths } from '../domain/pause-length.ts'
import type { NoticePage, Press } from '../page-views.ts'
import {
  dateFor,
  freshPress,
  inForce,
  maySee,
  press,
  say,
  stopTopicPress,
  timeFor,
  topicsNamed,
  urlOf,
  type Look,
} from './her-view.ts'
import { currentSentence, namesOf, notice, seeAll, writeToUs } from './notice.ts'

/** What the footer's Stop opens: one press, and nothing that could be filled in wrongly. */
export function stopPage(look: Look): NoticePage {
  const topics = topicsNamed(look, look.link.topics)
  return notice(look, say('page.stop.heading', { brand: look.preferences.brand.name }), {
    lead: [say('page.stop.lead')],
    row: {
      label: say('page.choices.row'),
      buttons: [
        press(urlOf(look, '/stop'), say('page.stop.everything'), 'stop'),
        ...topics.map((topic) => stopTopicPress(look, topic, 'page.stop.onlyTopic')),
      ],
    },
    links: [seeAll(look)],
  })
}

/** The three lengths of a pause, each a button of its own. */
export function pausePage(look: Look): NoticePage {
  return notice(look, say('page.pause.heading', { brand: look.preferences.brand.name }), {
    lead: [say('page.pause.lead')],
    row: { label: say('page.pause.heading', { brand: look.preferences.brand.name }), buttons: pausePresses(look) },
    links: [seeAll(look)],
  })
}

/** What the Undo link of a mail opens: when it was, and one button. `left`: there is still something to put back. */
export function undoPage(look: Look, at: string, left: boolean): NoticePage {
  if (!left) return notice(look, say('page.undo.nothing'), { lead: [say('page.undo.nothingLead')] })
  return notice(look, say('page.undo.heading'), {
    lead: [say('page.undo.lead', { date: dateFor(look, at), time: timeFor(look, at) })],
    row: {
      label: say('page.undo.heading'),
      buttons: [press(`/undo/${look.token}`, say('page.undo.button'), 'primary')],
    },
  })
}

/** What the mail program's own button is about to do, for those who open its address in a browser. */
export function oneClickPage(look: Look, everything: boolean): NoticePage {
  const { brand } = look.preferences
  const topics = topicsNamed(look, look.link.topics)
  const all = everything || topics.length === 0
  const label = all ? say('page.stop.everything') : say('page.oneClick.button', { topics: namesOf(topics, false) })
  const heading = all
    ? say('page.oneClick.headingAll', { brand: brand.name })
    : say('page.oneClick.heading', { topics: namesOf(topics) })
  return notice(look, heading, {
    lead: [all ? say('page.stop.lead') : say('page.oneClick.lead')],
    row: { label: heading, buttons: [press(`/u/${look.token}`, label, 'stop', { 'List-Unsubscribe': 'One-Click' })] },
  })
}

/**
 * Her page after a stop, and what a press on Stop says to whom had stopped already. Nothing here starts again: a leaked
 * link may end everything and may bring nothing back, so a fresh link goes to her own mailbox first.
 */
export function stoppedPage(look: Look): NoticePage {
  const again = look.session ? { links: [seeAll(look)] } : { row: freshRow(look) }
  return notice(look, say('page.stopped.heading'), {
    sentence: currentSentence(look),
    after: [inForce(look), ...(look.session ? [] : [say('page.stopped.again')])],
    ...again,
  })
}

/** What "Send me a fresh link" opens, and what it says once pressed. */
export function freshPage(look: Look, sent: boolean): NoticePage {
  if (sent)
    return notice(look, say('page.fresh.sent'), {
      status: true,
      lead: [say('page.fresh.sentLead')],
      after: writeToUs(look.preferences.brand),
    })
  return notice(look, say('page.fresh.ask'), { lead: [say('page.fresh.askLead')], row: freshRow(look) })
}

function freshRow(look: Look): NonNullable<NoticePage['row']> {
  return { label: say('page.fresh.ask'), buttons: [freshPress(look)] }
}

/** After a press that asked for what was so already. */
export function unchangedPage(look: Look): NoticePage {
  return notice(look, say('page.result.unchanged'), {
    status: true,
    lead: [say('page.result.unchangedLead')],
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
      ? [say('page.fresh.stopped'), say('page.stopped.again')]
      : [say('page.fresh.lead'), say('page.old.more')]
  return notice(look, say('page.fresh.heading'), { status: true, lead, row: freshRow(look), links: [seeAll(look)] })
}

function pausePresses(look: Look): Press[] {
  return pauseLengths.map((length) =>
    press(urlOf(look, '/pause'), say(`page.pause.${length}`), 'plain', { for: length }),
  )
}
