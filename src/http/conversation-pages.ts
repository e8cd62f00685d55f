import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { listAnswers, listChanges, publishChange } from '../actions/conversation.ts'
import { closeQuestion, listQuestions, openQuestion } from '../actions/questions.ts'
import { Problem } from '../domain/problem.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPart } from '../staff-views.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'
import {
  formIdIn,
  formProblem,
  lineField,
  postForm,
  staffNumber,
  staffTime,
  tickField,
  showsAgain,
} from './staff-form.ts'

/** What we ask, one question at a time, and what we changed because people told us. */
export function conversationPages(server: FastifyInstance, site: Site): void {
  const roles = rolesFor.campaigns
  staffPage(server, site, '/admin/conversation/questions', {
    roles,
    ...showsAgain(site, showQuestions, askOrClose),
  })
  staffPage(server, site, '/admin/conversation/changes', {
    roles,
    ...showsAgain(site, showChanges, publish),
  })
}

const mostListed = 50
function backToInbox(): StaffPart {
  return {
    kind: 'links',
    links: [{ label: staffText('staff.inbox.heading'), url: '/admin/conversation' }],
  }
}

async function showQuestions(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const questions = await listQuestions(site.house)
  const open = questions.find(({ closedAt }) => closedAt === null)
  const zone = look.brand.timeZone
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.questions.lead')], look: 'lead' },
    ...(open ? openParts(look, open) : askParts(look, (name) => fieldOf(request.body, name) ?? '')),
    {
      kind: 'table',
      caption: staffText('staff.questions.all'),
      columns: [
        { label: staffText('staff.inbox.question') },
        { label: staffText('staff.questions.opened') },
        { label: staffText('staff.questions.closed') },
        { label: staffText('staff.questions.answers'), look: 'number' },
      ],
      rows: questions.map(({ slug, text, openedAt, closedAt, answers }) => [
        { text, url: `/admin/conversation?${new URLSearchParams({ show: 'all', question: slug }).toString()}` },
        { text: staffTime(openedAt, zone) },
        { text: closedAt === null ? staffText('staff.questions.open') : staffTime(closedAt, zone) },
        { text: staffNumber(answers), look: 'number' },
      ]),
      none: staffText('staff.questions.none'),
    },
    backToInbox(),
  ]
  return sendStaff(reply, look, staffText('staff.questions.heading'), parts, formProblem(problem, '#slug'))
}

type Question = Awaited<ReturnType<typeof listQuestions>>[number]

function openParts({ seal }: StaffLook, { slug, text, why }: Question): StaffPart[] {
  const fields = [
    { name: 'seal', value: seal },
    { name: 'close', value: slug },
  ]
  return [
    { kind: 'quote', text, note: why },
    {
      kind: 'presses',
      buttons: [
        { action: '/admin/conversation/questions', label: staffText('staff.questions.close'), look: 'stop', fields },
      ],
    },
  ]
}

function askParts(look: StaffLook, typed: (name: string) => string): StaffPart[] {
  const line = (name: string, label: string, hint: string) => lineField(name, label, { hint, value: typed(name) })
  return [
    postForm(
      look,
      '/admin/conversation/questions',
      [
        line('slug', staffText('staff.topics.slug'), staffText('staff.topics.slug.hint')),
        line('text', staffText('staff.inbox.question'), staffText('staff.questions.text.hint')),
        line('why', staffText('staff.questions.why'), staffText('staff.questions.why.hint')),
      ],
      staffText('staff.questions.press'),
    ),
  ]
}

async function askOrClose(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply) {
  const field = (name: string) => fieldOf(request.body, name)?.trim() ?? ''
  const close = field('close')
  if (close === '') await openQuestion(site.house, { slug: field('slug'), text: field('text'), why: field('why') })
  else await closeQuestion(site.house, close)
  return reply.redirect('/admin/conversation/questions', 303)
}

async function showChanges(
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
): Promise<FastifyReply> {
  const acting = { question: null, waiting: false, limit: mostListed, handled: 'acting' } as const
  const [answers, changes] = await Promise.all([listAnswers(site.house, acting), listChanges(site.house, mostListed)])
  const typed = (name: string) => fieldOf(request.body, name) ?? ''
  const ticks = answers.map(({ id, text }) =>
    tickField(`answer-${id}`, shortened(text), typed(`answer-${id}`) === 'yes'),
  )
  const what = lineField('text', staffText('staff.changes.text'), {
    hint: staffText('staff.changes.text.hint'),
    value: typed('text'),
  })
  const none: StaffPart[] =
    ticks.length > 0 ? [] : [{ kind: 'text', lines: [staffText('staff.changes.noAnswers')], look: 'muted' }]
  const parts: StaffPart[] = [
    { kind: 'text', lines: [staffText('staff.changes.lead')], look: 'lead' },
    ...none,
    postForm(look, '/admin/conversation/changes', [what, ...ticks], staffText('staff.changes.press'), {
      fields: [{ name: 'form', value: formIdIn(problem?.code === 'already-exists' ? null : request.body) }],
    }),
    {
      kind: 'table',
      caption: staffText('staff.changes.all'),
      columns: [
        { label: staffText('staff.inbox.at') },
        { label: staffText('staff.changes.text') },
        { label: staffText('staff.questions.answers'), look: 'number' },
      ],
      rows: changes.map(({ at, text, answers: n }) => [
        { text: staffTime(at, look.brand.timeZone) },
        { text },
        { text: staffNumber(n), look: 'number' },
      ]),
      none: staffText('staff.changes.none'),
    },
    backToInbox(),
  ]
  return sendStaff(reply, look, staffText('staff.changes.heading'), parts, formProblem(problem, '#text'))
}

const mostLetters = 120

function shortened(words: string): string {
  return words.length > mostLetters ? `${words.slice(0, mostLetters).toWellFormed()}…` : words
}

async function publish(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply) {
  const ticked = Object.keys(Object(request.body)).filter((name) => name.startsWith('answer-'))
  const answers = ticked.map((name) => name.slice('answer-'.length))
  await publishChange(site.house, { id: formIdIn(request.body), text: fieldOf(request.body, 'text') ?? '', answers })
  return reply.redirect('/admin/conversation/changes', 303)
}
