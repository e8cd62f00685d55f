import { randomUUID } from 'node:crypto'
import { cleanWords, lengthOf, longestWords } from '../domain/answer.ts'
import { stopReasons, type StopReason } from '../domain/stop-reason.ts'
import type { Question } from '../actions/talk.ts'
import type { WordsForm } from '../form-views.ts'
import type { TalkPage } from '../page-views.ts'
import { urlOf, type Look } from './her-view.ts'

/** What is wrong with words that were sent, and the words, which stay in their field. */
export type Refused = {
  why: 'empty' | 'too-long' | 'empty-edit'
  id: string
  words: string
  reason?: StopReason | null
}

/** The form for the open question; its answer gets the id that the form carries, so that pressing twice is one answer. */
export function askForm(look: Look, question: Question, refused: Refused | null = null): WordsForm {
  return {
    ...emptyForm(look, 'answer', refused),
    action: urlOf(look, '/talk'),
    fields: [
      { name: 'id', value: refused?.id ?? randomUUID() },
      { name: 'question', value: question.slug },
    ],
    label: question.text,
    why: look.say('talk.why', { why: question.why }),
  }
}

/** The form for whatever she wants to tell us. */
export function freeForm(look: Look, label: string, refused: Refused | null = null): WordsForm {
  return {
    ...emptyForm(look, 'words', refused),
    action: urlOf(look, '/talk'),
    fields: [{ name: 'id', value: refused?.id ?? randomUUID() }],
    label,
  }
}

/** Why she stopped, if she wants to say: stands below what the stop did, and needs nothing. */
export function reasonForm(look: Look, stop: string, refused: Refused | null = null): WordsForm {
  return {
    ...emptyForm(look, 'why', refused),
    action: urlOf(look, '/reason'),
    fields: [
      { name: 'id', value: refused?.id ?? randomUUID() },
      { name: 'stop', value: stop },
    ],
    label: look.say('talk.reasons.words'),
    reasons: reasonOptions(look, look.say('talk.reasons.after'), refused?.reason ?? null),
  }
}

/** The form that changes words which are kept. */
export function editForm(
  look: Look,
  { id, text, reason, stop }: { id: string; text: string; reason: StopReason | null; stop: number | null },
  refused: Refused | null,
): WordsForm {
  return {
    ...emptyForm(look, 'words', refused),
    action: urlOf(look, `/talk/${id}`),
    fields: [{ name: 'id', value: id }],
    label: look.say('talk.edit'),
    words: refused?.words ?? text,
    button: look.say('talk.save'),
    reasons: stop === null ? null : reasonOptions(look, look.say('talk.reasons.which'), refused?.reason ?? reason),
  }
}

/** What stands above a page whose words were not kept: what to do, where, and that they are still there. */
export function problemOf(look: Look, form: WordsForm): TalkPage['problem'] {
  if (form.problem === '') return null
  return {
    heading: look.say('talk.error.heading'),
    link: { label: form.problem, url: `#${form.id}` },
    kept: look.say('talk.error.kept'),
  }
}

export function reasonLabel(look: Look, reason: StopReason): string {
  return look.say(`talk.reason.${reason}`)
}

function emptyForm(look: Look, id: string, refused: Refused | null): WordsForm {
  return {
    id,
    action: '',
    fields: [],
    label: '',
    why: '',
    words: refused?.words ?? '',
    problem: refused ? problemWith(look, refused) : '',
    hint: look.say('talk.hint', { brand: look.preferences.brand.name, count: longestWords }),
    button: look.say('talk.send'),
    reasons: null,
  }
}

function problemWith(look: Look, { why, words }: Refused): string {
  if (why !== 'too-long') return look.say(`talk.error.${why}`)
  return look.say('talk.error.too-long', { limit: longestWords, count: lengthOf(cleanWords(words)) })
}

function reasonOptions(look: Look, legend: string, chosen: StopReason | null): WordsForm['reasons'] {
  return {
    legend,
    options: stopReasons.map((value) => ({
      value,
      label: reasonLabel(look, value),
      hint: '',
      ticked: value === chosen,
    })),
  }
}
