import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { listAnswers, type Heard } from '../actions/conversation.ts'
import { countInbox, markAnswer, readAnswer, type Handled, type OpenAnswer } from '../actions/inbox.ts'
import { listQuestions } from '../actions/questions.ts'
import { replyToAnswer } from '../actions/reply-to-answer.ts'
import { longestWords } from '../domain/answer.ts'
import { text } from '../domain/catalogue.ts'
import { Problem } from '../domain/problem.ts'
import { staffLanguage, staffList, staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { Cell, StaffPart } from '../staff-views.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import { areaField, formProblem, postForm, showsAgain, staffTime, textFact } from './staff-form.ts'

/** What people told us: a list whose filters stand in its address, and each answer with its thread. */
export function inboxPages(server: FastifyInstance, site: Site): void {
  const roles = rolesFor.campaigns
  staffPage(server, site, '/admin/conversation', {
    roles,
    get: (look, request, reply) => showInbox(site, look, request, reply),
  })
  staffPage(server, site, '/admin/conversation/:answer', {
    roles,
    ...showsAgain(site, showAnswer, act),
  })
}

const shows = ['unread', 'waiting', 'acting', 'done', 'all'] as const
const mostShown = 100
/** First words: as many characters as a line of the list has room for. */
const firstWords = 80

async function showInbox(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply) {
  const show = shows.find((each) => each === fieldOf(request.query, 'show')) ?? 'unread'
  const asked = fieldOf(request.query, 'question') ?? null
  const wanted = {
    question: asked,
    waiting: show === 'waiting',
    limit: mostShown,
    ...(show === 'waiting' || show === 'all' ? {} : { handled: show }),
  }
  const [answers, questions, counts] = await Promise.all([
    listAnswers(site.house, wanted),
    listQuestions(site.house),
    countInbox(site.house),
  ])
  const question = asked === null ? {} : { question: asked }
  const zone = look.brand.timeZone
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.inbox.lead', counts)], look: 'lead' },
    {
      kind: 'links',
      links: shows.map((each) => ({
        label: staffText(`staff.inbox.show.${each}`),
        url: urlOf({ show: each, ...question }),
      })),
    },
    {
      kind: 'table',
      caption: staffText(asked === null ? `staff.inbox.shown.${show}` : 'staff.inbox.shown.question', {
        question: asked ?? '',
      }),
      columns: [
        { label: staffText('staff.inbox.words') },
        { label: staffText('staff.inbox.about') },
        { label: staffText('staff.inbox.reply') },
        { label: staffText('staff.inbox.at') },
      ],
      rows: answers.map((answer) => rowOf(answer, zone)),
      none: staffText('staff.inbox.none', { handled: counts.handled }),
    },
    {
      kind: 'links',
      links: [
        ...questions.map(({ slug }) => ({
          label: staffText('staff.inbox.to', { question: slug }),
          url: urlOf({ show: 'all', question: slug }),
        })),
        { label: staffText('staff.questions.heading'), url: '/admin/conversation/questions' },
        { label: staffText('staff.changes.heading'), url: '/admin/conversation/changes' },
      ],
    },
  ]
  return sendStaff(reply, look, staffText('staff.inbox.heading'), parts)
}

function urlOf(filter: Record<string, string>): string {
  return `/admin/conversation?${new URLSearchParams(filter).toString()}`
}

function rowOf(answer: Heard, zone: string): Cell[] {
  const { id, question, topic, at } = answer
  const first = wordsOf(answer)
  const about = staffList([question, topic].filter((each) => each !== null))
  return [
    {
      text: first.length > firstWords ? `${first.slice(0, firstWords).toWellFormed()}…` : first,
      url: `/admin/conversation/${id}`,
    },
    about === '' ? { text: '–', look: 'muted' } : { text: about },
    { text: staffText(`staff.inbox.reply.${replyState(answer)}`) },
    { text: staffTime(at, zone) },
  ]
}

function wordsOf({ text: words, reason }: Heard): string {
  if (words !== '') return words
  return reason === null ? '' : text(staffLanguage(), `talk.reason.${reason}`)
}

function replyState({ wantsReply, repliedAt }: Heard): 'none' | 'wanted' | 'sent' {
  if (repliedAt !== null) return 'sent'
  return wantsReply ? 'wanted' : 'none'
}

async function showAnswer(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const open = await readAnswer(site.house, fieldOf(request.params, 'answer') ?? '')
  const done = fieldOf(request.query, 'done')
  const said = done === 'replied' || done === 'marked' ? staffText(`staff.inbox.did.${done}`) : null
  const typed = problem === null ? '' : (fieldOf(request.body, 'text') ?? '')
  return sendStaff(reply, look, staffText('staff.inbox.one'), partsOf(look, open, typed), {
    ...formProblem(problem, '#text'),
    notice: said === null ? null : { kind: 'status', lines: [said] },
  })
}

function partsOf(look: StaffLook, { heard, answer, person, sentence }: OpenAnswer, typed: string): StaffPart[] {
  const zone = look.brand.timeZone
  const url = `/admin/conversation/${heard.id}`
  const reason = heard.reason === null ? [] : [text(staffLanguage(), `talk.reason.${heard.reason}`)]
  const quote = staffText(`staff.inbox.quote.${heard.mayQuote}`, { name: heard.firstName ?? '' })
  return [
    { kind: 'quote', text: wordsOf(heard), note: staffTime(heard.editedAt ?? heard.at, zone) },
    { kind: 'sentence', text: sentence, note: '' },
    {
      kind: 'facts',
      facts: [
        textFact(
          staffText('staff.inbox.question'),
          [answer.question?.text ?? '', ...reason].filter(Boolean).join(' · ') || '–',
        ),
        textFact(staffText('staff.person.topic'), heard.topic ?? '–'),
        textFact(staffText('staff.inbox.reply'), staffText(`staff.inbox.reply.${replyState(heard)}`)),
        textFact(staffText('staff.inbox.quote'), quote),
        textFact(staffText('staff.inbox.state'), staffText(`staff.inbox.state.${heard.handled ?? 'unread'}`)),
        textFact(staffText('staff.inbox.changes'), staffText('staff.inbox.partOf', { count: heard.changes })),
      ],
    },
    ...replyParts(look, { heard, answer }, url, typed),
    { kind: 'presses', buttons: marksFor(heard.handled).map((mark) => press(look, url, mark)) },
    {
      kind: 'links',
      links: [
        { label: staffText('staff.inbox.person'), url: `/admin/people/${person}` },
        { label: staffText('staff.inbox.heading'), url: '/admin/conversation' },
      ],
    },
  ]
}

/** A reply only where one was asked for, one for each answer; it passes the gate like everything else. */
function replyParts(
  look: StaffLook,
  { heard, answer }: Pick<OpenAnswer, 'heard' | 'answer'>,
  url: string,
  typed: string,
): StaffPart[] {
  if (answer.reply !== null) {
    const note = staffText('staff.inbox.replied', { time: staffTime(answer.reply.at, look.brand.timeZone) })
    return [{ kind: 'quote', text: answer.reply.text, note }]
  }
  if (!heard.wantsReply) return [{ kind: 'text', lines: [staffText('staff.inbox.noReply')], look: 'muted' }]
  const words = areaField('text', staffText('staff.inbox.yourReply'), {
    hint: staffText('staff.inbox.yourReply.hint', { most: longestWords }),
    value: typed,
  })
  return [postForm(look, url, [words], staffText('staff.inbox.send'), { fields: [{ name: 'kind', value: 'reply' }] })]
}

type Mark = Handled | 'unread'

function marksFor(handled: Handled | null): Mark[] {
  return (['done', 'acting', 'unread'] as const).filter((mark) => mark !== (handled ?? 'unread'))
}

function press({ seal }: StaffLook, action: string, mark: Mark) {
  const fields = [
    { name: 'seal', value: seal },
    { name: 'kind', value: mark },
  ]
  return { action, label: staffText(`staff.inbox.mark.${mark}`), look: 'plain' as const, fields }
}

async function act(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const id = fieldOf(request.params, 'answer') ?? ''
  const kind = fieldOf(request.body, 'kind')
  const url = `/admin/conversation/${encodeURIComponent(id)}`
  if (kind === 'done' || kind === 'acting' || kind === 'unread') {
    await markAnswer(site.house, id, kind === 'unread' ? null : kind, look.staff.id)
    return reply.redirect(`${url}?done=marked`, 303)
  }
  if (kind !== 'reply') throw new Problem('invalid-input', 'the form is not one of this page; open it again')
  await replyToAnswer(site.house, id, { text: fieldOf(request.body, 'text') ?? '', by: look.staff.id })
  return reply.redirect(`${url}?done=replied`, 303)
}
