import type { ChangeResult } from '../actions/change-result.ts'
import { changes } from '../domain/choice-differences.ts'
import type { Choices } from '../domain/choices.ts'
import type { Topic } from '../domain/topic.ts'
import type { Anchor, Press } from '../form-views.ts'
import type { NoticePage } from '../page-views.ts'
import { dateFor, herFrame, inForce, isPaused, maySee, press, sentenceFor, urlOf, type Look } from './her-view.ts'
import { currentSentence, namesOf, notice, seeAll } from './notice.ts'
import { inSame } from './voice.ts'
import { reasonForm, type Refused } from './words-form.ts'

/** What only who made the change is given: the way to undo it, and the address of its receipt. */
export type ChangeProof = { undoToken: string; receipt: string }

/** Why she stopped, as far as she has said: given (`thanked`), or words that could not be kept. */
export type ReasonState = { thanked?: boolean; refused?: Refused }

/**
 * What a change did: its name, her new sentence, the one before, whether anything is still on its way, and Undo. Below a
 * stop she may say why; nothing waits for that.
 */
export function resultPage(look: Look, result: ChangeResult, proof: ChangeProof, why: ReasonState = {}): NoticePage {
  const { undoToken, receipt } = proof
  const { before, after } = result
  const paused = pausesNow(look, before, after)
  const was = maySee(look) ? look.say('page.result.before', { sentence: sentenceFor(look, before) }) : ''
  const heading = resultHeading(look, before, after)
  const ends = (after.stopped && !before.stopped) || endedTopics(look, before, after).length > 0
  return notice(look, heading, {
    ...(why.refused ? { frame: herFrame(look, look.say('talk.error.title', { heading })) } : {}),
    ...(ends && !why.thanked ? { words: reasonForm(look, undoToken, why.refused) } : {}),
    status: true,
    sentence: currentSentence(look),
    lead: [
      ...(why.thanked ? [look.say('talk.thanks')] : []),
      ...(paused ? [look.say('page.result.pauseLead')] : []),
      ...stillStopped(look, result),
    ],
    after: [inForceWithUndo(look)],
    aside: was,
    row: {
      label: look.say('page.result.undo'),
      buttons: [undoPress(look, undoToken), ...(paused ? longerPresses(look) : [])],
    },
    links: [
      ...(why.thanked && look.session ? [{ label: look.say('talk.all'), url: urlOf(look, '/talk') }] : []),
      ...keepReceipt(look, receipt),
      ...(after.stopped ? [] : [seeAll(look)]),
    ],
  })
}

/** After a press on it. `result` is null where there was nothing left to stop. */
export function oneClickDonePage(look: Look, result: Omit<ChangeResult, 'at'> | null, undoToken: string): NoticePage {
  if (!result) {
    const parts = { status: true, lead: [look.say('page.oneClick.done')], after: [inForce(look)] }
    return notice(look, look.say('page.oneClick.already'), parts)
  }
  return notice(look, resultHeading(look, result.before, result.after), {
    status: true,
    after: [inForceWithUndo(look)],
    row: { label: look.say('page.result.undo'), buttons: [undoPress(look, undoToken)] },
  })
}

/** After an Undo, wherever it was pressed. It says no more than the link that it was pressed with may say. */
export function undonePage(look: Look, receipt: string): NoticePage {
  return notice(look, look.say('page.result.undone'), {
    status: true,
    lead: [inForce(look)],
    sentence: currentSentence(look),
    links: [...keepReceipt(look, receipt), ...(maySee(look) ? [seeAll(look)] : [])],
  })
}

/** A receipt says what she has chosen, so it is offered where that may be shown: an old link gets none. */
function keepReceipt(look: Look, url: string): Anchor[] {
  return maySee(look) ? [{ label: look.say('receipt.keep'), url }] : []
}

/** What a change notes beside what she asked for. */
const notes: ReadonlySet<string> = new Set(['choseAt', 'oneClick'])

function resultHeading(look: Look, before: Choices, after: Choices): string {
  if (after.stopped) return look.say(before.stopped ? 'page.stopped.heading' : 'page.result.stopped')
  if (pausesNow(look, before, after)) {
    return look.say('page.result.paused', { date: dateFor(look, after.paused?.until ?? '') })
  }
  if (before.paused && !after.paused) return look.say('page.result.resumed')
  const ended = endedTopics(look, before, after)
  return ended.length > 0
    ? look.say('page.result.stoppedTopic', { topics: namesOf(look, ended) })
    : look.say('page.result.saved')
}

/** The topics that a change ended, where it did nothing else. */
function endedTopics(look: Look, before: Choices, after: Choices): Topic[] {
  const only = changes(before, after).every((field) => field.startsWith('topics.') || notes.has(field))
  // To an old link a topic that she never had ends like one that she had.
  const had = maySee(look) ? ['yes', 'pending'] : ['yes', 'pending', undefined]
  return look.preferences.topics.filter(
    ({ id }) => only && had.includes(before.topics[id]?.answer) && after.topics[id]?.answer === 'no',
  )
}

/** While she has stopped, a pause says nothing about when mail comes again. */
function pausesNow(look: Look, before: Choices, after: Choices): boolean {
  return !after.stopped && isPaused(after, look.now) && after.paused?.until !== before.paused?.until
}

/** A change of something else by somebody who had stopped: it is kept, and brings nothing. */
function stillStopped(look: Look, { before, after }: ChangeResult): string[] {
  const more = changes(before, after).some((field) => field !== 'stopped' && !notes.has(field))
  return before.stopped && after.stopped && more ? [look.say('page.result.stillStopped')] : []
}

function inForceWithUndo(look: Look): string {
  return `${inForce(look)} ${look.say('page.result.undoHint')}`
}

/** It stands there plainly: neither hidden nor urged, whatever was changed. */
export function undoPress(look: Look, undoToken: string): Press {
  const hers = look.session ? 'me' : look.link.purpose === 'preferences' ? look.token : null
  const page: Record<string, string> = hers === null ? {} : { page: hers }
  return press(inSame(look, `/undo/${undoToken}`), look.say('page.result.undo'), 'plain', page)
}

function longerPresses(look: Look): Press[] {
  return (['3-months', '6-months'] as const).map((length) =>
    press(urlOf(look, '/pause'), look.say(`page.result.pause.${length}`), 'plain', { for: length }),
  )
}
