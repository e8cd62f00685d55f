import type { Answer, Question, Talk } from '../actions/talk.ts'
import { quotes } from '../domain/answer.ts'
import type { AnswerPage, OneOfForm, PreferencesPage, Press, TalkPage, ToldUs } from '../page-views.ts'
import { dateFor, herFrame, linkDate, maySee, press, say, urlOf, type Look } from './her-view.ts'
import { seeAll } from './notice.ts'
import { askForm, editForm, freeForm, problemOf, reasonLabel, type Refused } from './words-form.ts'

/** What has just been done on the page, for the one line that says so. */
export type Done = 'declined' | 'deleted' | null

/**
 * Her conversation: the open question if there is one, words of her own, all that she told us, and what we changed. An old
 * link takes words and shows none. `refused` are words that were not kept, by the form they came from.
 */
export function talkPage(
  look: Look,
  talk: Talk,
  { done = null, refused = null }: { done?: Done; refused?: { at: 'ask' | 'free'; words: Refused } | null } = {},
): TalkPage {
  const shown = maySee(look)
  const asked = shown ? talk.ask : null
  const ask = asked && askForm(look, asked, refused?.at === 'ask' ? refused.words : null)
  const freeRefused = refused && (refused.at === 'free' || !ask) ? refused.words : null
  const free = freeForm(look, say(ask ? 'talk.freeBeside' : 'talk.free'), freeRefused)
  const problem = problemOf(ask && ask.problem !== '' ? ask : free)
  const heading = say('talk.heading')
  return {
    frame: herFrame(look, problem ? say('talk.error.title', { heading }) : heading),
    heading,
    status: done ? say(`talk.${done}`) : '',
    problem,
    lead: leadOf(look, ask !== null),
    ask,
    decline: asked && declinePress(look, asked),
    free,
    mine:
      shown && talk.answers.length > 0
        ? { heading: say('talk.mine'), answers: talk.answers.map((answer) => toldUs(look, answer, true)) }
        : null,
    changes: changesOf(look, talk, shown),
    links: [seeAll(look)],
  }
}

/** The short part of her own page: the question when it is her turn, and the way to everything else. */
export function tellPart(look: Look, question: Question | null): NonNullable<PreferencesPage['tell']> {
  return {
    heading: say('talk.heading'),
    ask: question && askForm(look, question),
    decline: question && declinePress(look, question),
    links: [{ label: say('talk.open'), url: urlOf(look, '/talk') }],
  }
}

/** What the page of one answer says first. */
export type AnswerState = 'said' | 'edited' | 'saved' | null

/** One answer of hers: what else it may be used for, asked by itself and with nothing chosen beforehand; and to change it or delete it. */
export function answerPage(
  look: Look,
  { answer, wording }: { answer: Answer; wording: string | null },
  state: AnswerState,
  refused: Refused | null = null,
): AnswerPage {
  const edit = editForm(look, answer, refused)
  const heading = headingOf(look, answer, state)
  return {
    frame: herFrame(look, refused ? say('talk.error.title', { heading }) : heading),
    heading,
    status: state !== null,
    problem: problemOf(edit),
    lead: state === 'said' ? [say('talk.thanksLead')] : state === 'edited' ? [say('talk.savedLead')] : [],
    answer: toldUs(look, answer, false),
    consents: wording === null || answer.stop !== null ? null : consentsOf(look, answer, wording),
    change: say('talk.change'),
    edit,
    remove: press(urlOf(look, `/talk/${answer.id}/delete`), say('talk.delete'), 'stop'),
    links: [{ label: say('talk.all'), url: urlOf(look, '/talk') }, seeAll(look)],
  }
}

function headingOf(look: Look, answer: Answer, state: AnswerState): string {
  if (state === 'said') return say('talk.thanks')
  return state === null ? say('talk.one', { date: dateFor(look, answer.createdAt) }) : say('talk.saved')
}

function leadOf(look: Look, asks: boolean): string[] {
  if (!maySee(look)) return [say('talk.old', { date: linkDate(look) })]
  return asks || look.preferences.person.choices.stopped ? [] : [say('talk.noQuestion')]
}

function declinePress(look: Look, question: Question): Press {
  return press(urlOf(look, '/talk/decline'), say('talk.decline'), 'plain', { question: question.slug })
}

function toldUs(look: Look, answer: Answer, withLink: boolean): ToldUs {
  const { createdAt, editedAt, reply } = answer
  const way = answer.stop !== null ? 'talk.saidStop' : answer.question ? 'talk.said' : 'talk.saidOwn'
  return {
    when: say(way, { date: dateFor(look, createdAt) }),
    about: answer.question?.text ?? (answer.reason ? reasonLabel(answer.reason) : ''),
    words: answer.text,
    notes: [
      editedAt ? say('talk.edited', { date: dateFor(look, editedAt) }) : '',
      answer.replyAskedAt && !reply ? say('talk.waits') : '',
      answer.mayQuote === 'first_name' ? say('talk.quoteFirst') : '',
      answer.mayQuote === 'no_name' ? say('talk.quoteNoName') : '',
      answer.changes > 0 ? say('talk.ledTo') : '',
    ].filter((note) => note !== ''),
    reply: reply && { when: say('talk.reply', { date: dateFor(look, reply.at) }), words: reply.text },
    change: withLink ? { label: say('talk.change'), url: urlOf(look, `/talk/${answer.id}`) } : null,
  }
}

function changesOf(look: Look, { changes }: Talk, shown: boolean): NonNullable<TalkPage['changes']> {
  return {
    heading: say('talk.changes'),
    none: changes.length === 0 ? say('talk.changes.none') : '',
    items: changes.map(({ at, text, hers }) => ({
      date: dateFor(look, at),
      text,
      note: shown && hers ? say('talk.changes.hers') : '',
    })),
  }
}

/** Each a form of its own: a yes to one is none to the other. A reply that has gone out is asked about no more. */
function consentsOf(look: Look, answer: Answer, wording: string): NonNullable<AnswerPage['consents']> {
  const action = urlOf(look, `/talk/${answer.id}/consent`)
  const fields = [{ name: 'wording', value: wording }]
  const reply: OneOfForm = {
    action,
    fields,
    legend: say('talk.consents.reply'),
    name: 'reply',
    options: (['yes', 'no'] as const).map((value) => ({
      value,
      label: say(`talk.consents.reply.${value}`),
      hint: '',
      ticked: value === answer.wants,
    })),
    button: say('talk.consents.replySave'),
  }
  const quote: OneOfForm = {
    action,
    fields,
    legend: say('talk.consents.quote'),
    name: 'quote',
    options: quotes.map((value) => ({
      value,
      label: say(`talk.consents.quote.${value}`),
      hint: '',
      ticked: answer.quoteSaid && value === answer.mayQuote,
    })),
    button: say('talk.consents.quoteSave'),
  }
  return {
    about: say('talk.consents.by', { brand: look.preferences.brand.name }),
    forms: answer.reply ? [quote] : [reply, quote],
    withdraw: say('talk.consents.withdraw'),
  }
}
