import type { ChangeResult } from '../actions/change-result.ts'
import { changes } from '../domain/choice-differences.ts'
import type { Choices } from '../domain/choices.ts'
import type { NoticePage, Press } from '../page-views.ts'
import { dateFor, inForce, isPaused, maySee, press, say, sentenceFor, urlOf, type Look } from './her-view.ts'
import { currentSentence, namesOf, notice, seeAll } from './notice.ts'

/** What a change did: its name, her new sentence, the one before, whether anything is still on its way, and Undo. */
export function resultPage(look: Look, result: ChangeResult, undoToken: string): NoticePage {
  const { before, after } = result
  const paused = pausesNow(look, before, after)
  const was = maySee(look) ? say('page.result.before', { sentence: sentenceFor(look, before) }) : ''
  return notice(look, resultHeading(look, before, after), {
    status: true,
    sentence: currentSentence(look),
    lead: [...(paused ? [say('page.result.pauseLead')] : []), ...stillStopped(result)],
    after: [inForceWithUndo(look)],
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
  if (!result) {
    const parts = { status: true, lead: [say('page.oneClick.done')], after: [inForce(look)] }
    return notice(look, say('page.oneClick.already'), parts)
  }
  return notice(look, resultHeading(look, result.before, result.after), {
    status: true,
    after: [inForceWithUndo(look)],
    row: { label: say('page.result.undo'), buttons: [undoPress(look, undoToken)] },
  })
}

/** After an Undo, wherever it was pressed. It says no more than the link that it was pressed with may say. */
export function undonePage(look: Look): NoticePage {
  return notice(look, say('page.result.undone'), {
    status: true,
    lead: [inForce(look)],
    sentence: currentSentence(look),
    links: maySee(look) ? [seeAll(look)] : [],
  })
}

/** What a change notes beside what she asked for. */
const notes: ReadonlySet<string> = new Set(['choseAt', 'oneClick'])

function resultHeading(look: Look, before: Choices, after: Choices): string {
  if (after.stopped) return say(before.stopped ? 'page.stopped.heading' : 'page.result.stopped')
  if (pausesNow(look, before, after)) {
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

/** While she has stopped, a pause says nothing about when mail comes again. */
function pausesNow(look: Look, before: Choices, after: Choices): boolean {
  return !after.stopped && isPaused(after, look.now) && after.paused?.until !== before.paused?.until
}

/** A change of something else by somebody who had stopped: it is kept, and brings nothing. */
function stillStopped({ before, after }: ChangeResult): string[] {
  const more = changes(before, after).some((field) => field !== 'stopped' && !notes.has(field))
  return before.stopped && after.stopped && more ? [say('page.result.stillStopped')] : []
}

function inForceWithUndo(look: Look): string {
  return `${inForce(look)} ${say('page.result.undoHint')}`
}

/** It stands there plainly: neither hidden nor urged, whatever was changed. */
export function undoPress(look: Look, undoToken: string): Press {
  const hers = look.session ? 'me' : look.link.purpose === 'preferences' ? look.token : null
  const page: Record<string, string> = hers === null ? {} : { page: hers }
  return press(`/undo/${undoToken}`, say('page.result.undo'), 'plain', page)
}

function longerPresses(look: Look): Press[] {
  return (['3-months', '6-months'] as const).map((length) =>
    press(urlOf(look, '/pause'), say(`page.result.pause.${length}`), 'plain', { for: length }),
  )
}
