import type { ChangeResult } from '../actions/change-result.ts'
import { changes, raises } from '../domain/choice-differences.ts'
import type { Choices } from '../domain/choices.ts'
import type { NoticePage, Press } from '../page-views.ts'
import { dateFor, isPaused, maySee, press, say, sentenceFor, timeFor, urlOf, type Look } from './her-view.ts'
import { currentSentence, namesOf, notice, seeAll } from './notice.ts'

/** What a change did: its name, her new sentence, the one before, whether anything is still on its way, and Undo. */
export function resultPage(look: Look, result: ChangeResult, undoToken: string): NoticePage {
  const { before, after } = result
  const paused = isPaused(after, look.now) && after.paused?.until !== before.paused?.until
  const was = maySee(look) ? say('page.result.before', { sentence: sentenceFor(look, before) }) : ''
  return notice(look, resultHeading(look, before, after), {
    status: true,
    sentence: currentSentence(look),
    lead: paused ? [say('page.result.pauseLead')] : [],
    after: [inForce(look, result)],
    aside: was,
    row: {
      label: say('page.result.undo'),
      buttons: [undoPress(look, undoToken), ...(paused ? longerPresses(look) : [])],
    },
    links: after.stopped ? [] : [seeAll(look)],
  })
}

/** After a press on it. `result` is null where there was nothing left to stop. */
export function oneClickDonePage(look: Look, result: Omit<ChangeResult, 'at'> | null, undoToken: string): NoticePage {
  if (!result) return notice(look, say('page.oneClick.already'), { status: true, lead: [say('page.oneClick.done')] })
  return notice(look, resultHeading(look, result.before, result.after), {
    status: true,
    after: [inForce(look, result)],
    row: { label: say('page.result.undo'), buttons: [undoPress(look, undoToken)] },
  })
}

/** After an Undo, wherever it was pressed. It says no more than the link that it was pressed with may say. */
export function undonePage(look: Look): NoticePage {
  return notice(look, say('page.result.undone'), {
    status: true,
    lead: [say('page.result.inForce')],
    sentence: currentSentence(look),
    links: maySee(look) ? [seeAll(look)] : [],
  })
}

/** What a change notes beside what she asked for. */
const notes: ReadonlySet<string> = new Set(['choseAt', 'oneClick'])

function resultHeading(look: Look, before: Choices, after: Choices): string {
  if (after.stopped && !before.stopped) return say('page.result.stopped')
  if (isPaused(after, look.now) && after.paused?.until !== before.paused?.until) {
    return say('page.result.paused', { date: dateFor(look, after.paused?.until ?? '') })
  }
  if (before.paused && !after.paused) return say('page.result.resumed')
  const only = changes(before, after).every((field) => field.startsWith('topics.') || notes.has(field))
  // To an old link a topic that she never had ends like one that she had.
  const had = maySee(look) ? ['yes', 'pending'] : ['yes', 'pending', undefined]
  const ended = look.preferences.topics.filter(
    ({ id }) => had.includes(before.topics[id]?.answer) && after.topics[id]?.answer === 'no',
  )
  return only && ended.length > 0
    ? say('page.result.stoppedTopic', { topics: namesOf(ended) })
    : say('page.result.saved')
}

/** "May still arrive" is said only when it is so, and only after a change to less: it is what she needs to know then. */
function inForce(look: Look, { before, after, inFlight }: Omit<ChangeResult, 'at'>): string {
  const isSo = inFlight.count > 0 && inFlight.since !== null && !raises(before, after)
  const said = isSo
    ? say('page.result.inFlight', { count: inFlight.count, time: timeFor(look, inFlight.since ?? '') })
    : say('page.result.inForce')
  return `${said} ${say('page.result.undoHint')}`
}

/** It stands there plainly: neither hidden nor urged, whatever was changed. */
function undoPress(look: Look, undoToken: string): Press {
  const page: Record<string, string> = look.link.purpose === 'preferences' ? { page: look.token } : {}
  return press(`/undo/${undoToken}`, say('page.result.undo'), 'plain', page)
}

function longerPresses(look: Look): Press[] {
  return (['3-months', '6-months'] as const).map((length) =>
    press(urlOf(look, '/pause'), say(`page.result.pause.${length}`), 'plain', { for: length }),
  )
}
