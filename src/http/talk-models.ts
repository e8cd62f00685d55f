import type { Answer, Question, Talk } from '../actions/talk.ts'
import { quotes } from '../domain/answer.ts'
import type { OneOfForm, Press } from '../form-views.ts'
import type { AnswerPage, PreferencesPage, TalkPage, ToldUs } from '../page-views.ts'
import { dateFor, herFrame, linkDate, maySee, press, urlOf, type Look } from './her-view.ts'
import { seeAll } from './notice.ts'
import { askForm, editForm, freeForm, problemOf, reasonLabel, type Refused } from './words-form.ts'

/** What has just been done on the page, for the one line that says so. */
export type Done = 'declined' | 'deleted' | null

/**
 * Her conversation: the open question if there is one, words of her own, and what we changed. All that she told us shows in a
 * session alone, because a mail may be forwarded (design.md section 12). An old link takes words. `refused` are words that were not kept, by the form they came from.
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
  const free = freeForm(look, look.say(ask ? 'talk.freeBeside' : 'talk.free'), freeRefused)
  const problem = problemOf(look, ask && ask.problem !== '' ? ask : free)
  const heading = look.say('talk.heading')
  return {
    frame: herFrame(look, problem ? look.say('talk.error.title', { heading }) : heading),
    heading,
    status: done ? look.say(`talk.${done}`) : '',
    problem,
    lead: leadOf(look, ask !== null),
    ask,
    decline: asked && declinePress(look, asked),
    free,
    mine:
      talk.answers.length > 0
        ? { heading: look.say('talk.mine'), answers: talk.answers.map((answer) => toldUs(look, answer, true)) }
        : null,
    changes: changesOf(look, talk),
    links: [
      ...(shown && !look.session ? [{ label: look.say('talk.private'), url: urlOf(look, '/fresh') }] : []),
      seeAll(look),
    ],
  }
}

/** The short part of her own page: the question when it is her turn, and the way to everything else. */
export function tellPart(look: Look, question: Question | null): NonNullable<PreferencesPage['tell']> {
  return {
    heading: look.say('talk.heading'),
    ask: question && askForm(look, question),
    decline: question && declinePress(look, question),
    links: [{ label: look.say('talk.open'), url: urlOf(look, '/talk') }],
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
    frame: herFrame(look, refused ? look.say('talk.error.title', { heading }) : heading),
    heading,
    status: state !== null,
    problem: problemOf(look, edit),
    lead: state === 'said' ? [look.say('talk.thanksLead')] : state === 'edited' ? [look.say('talk.savedLead')] : [],
    answer: toldUs(look, answer, false),
    consents: wording === null || answer.stop !== null ? null : consentsOf(look, answer, wording),
    change: look.say('talk.change'),
    edit,
    remove: press(urlOf(look, `/talk/${answer.id}/delete`), look.say('talk.delete'), 'stop'),
    links: [{ label: look.say(look.session ? 'talk.all' : 'talk.open'), url: urlOf(look, '/talk') }, seeAll(look)],
  }
}

function headingOf(look: Look, answer: Answer, state: AnswerState): string {
  if (state === 'said') return look.say('talk.thanks')
  return state === null ? look.say('talk.one', { date: dateFor(look, answer.createdAt) }) : look.say('talk.saved')
}

function leadOf(look: Look, asks: boolean): string[] {
  if (!maySee(look)) return [look.say('talk.old', { date: linkDate(look) })]
  return asks || look.preferences.person.choices.stopped ? [] : [look.say('talk.noQuestion')]
}

function declinePress(look: Look, question: Question): Press {
  return press(urlOf(look, '/talk/decline'), look.say('talk.decline'), 'plain', { question: question.slug })
}

function toldUs(look: Look, answer: Answer, withLink: boolean): ToldUs {
  const { createdAt, editedAt, reply } = answer
  const way = answer.stop !== null ? 'talk.saidStop' : answer.question ? 'talk.said' : 'talk.saidOwn'
  return {
    when: look.say(way, { date: dateFor(look, createdAt) }),
    about: answer.question?.text ?? (answer.reason ? reasonLabel(look, answer.reason) : ''),
    words: answer.text,
    notes: [
      editedAt ? look.say('talk.edited', { date: dateFor(look, editedAt) }) : '',
      answer.replyAskedAt && !reply ? look.say('talk.waits') : '',
      answer.mayQuote === 'first_name' ? look.say('talk.quoteFirst') : '',
      answer.mayQuote === 'no_name' ? look.say('talk.quoteNoName') : '',
      answer.changes > 0 ? look.say('talk.ledTo') : '',
    ].filter((note) => note !== ''),
    reply: reply && { when: look.say('talk.reply', { date: dateFor(look, reply.at) }), words: reply.text },
    change: withLink ? { label: look.say('talk.change'), url: urlOf(look, `/talk/${answer.id}`) } : null,
  }
}

function changesOf(look: Look, { changes }: Talk): NonNullable<TalkPage['changes']> {
  return {
    heading: look.say('talk.changes'),
    none: changes.length === 0 ? look.say('talk.changes.none') : '',
    items: changes.map(({ at, text, hers }) => ({
      date: dateFor(look, at),
      text,
      note: hers ? look.say('talk.changes.hers') : '',
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
    legend: look.say('talk.consents.reply'),
    name: 'reply',
    options: (['yes', 'no'] as const).map((value) => ({
      value,
      label: look.say(`talk.consents.reply.${value}`),
      hint: '',
      ticked: value === answer.wants,
    })),
    button: look.say('talk.consents.replySave'),
  }
  const quote: OneOfForm = {
    action,
    fields,
    legend: look.say('talk.consents.quote'),
    name: 'quote',
    options: quotes.map((value) => ({
      value,
      label: look.say(`talk.consents.quote.${value}`),
      hint: '',
      ticked: answer.quoteSaid && value === answer.mayQuote,
    })),
    button: look.say('talk.consents.quoteSave'),
  }
  return {
    about: look.say('talk.consents.by', { brand: look.preferences.brand.name }),
    forms: answer.reply ? [quote] : [reply, quote],
    withdraw: look.say('talk.consents.withdraw'),
  }
}
