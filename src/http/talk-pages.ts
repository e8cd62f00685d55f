import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { giveStopReason } from '../actions/give-stop-reason.ts'
import { consent, declineQuestion, editAnswer, forgetAnswer, readAnswer, readTalk, tellUs } from '../actions/talk.ts'
import { answerId } from '../domain/answer.ts'
import { readLink } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import { maySee, urlOf, type Look } from './her-view.ts'
import { notice, seeAll } from './notice.ts'
import { receiptOf, resultOf, wayByLink, wayBySession, type Way } from './preference-pages.ts'
import { resultPage } from './result-models.ts'
import { sealed } from './session-look.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'
import { readConsent, readWords } from './talk-form.ts'
import { answerPage, talkPage, type AnswerState, type Done } from './talk-models.ts'
import type { Refused } from './words-form.ts'

type Handle = (look: Look, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** Bytes of a form with words: far more than may be kept, so that whoever wrote too much gets the words back instead of a refusal. */
const wordsLimit = 262_144

/**
 * Her conversation with the brand: the open question, what she told us, replies, and what we changed; and why she stopped,
 * once she has. It hangs on her link as her page does.
 */
export function talkPages(server: FastifyInstance, site: Site): void {
  for (const way of [wayByLink(site), wayBySession(site)]) talkOn(server, way)
}

function talkOn(server: FastifyInstance, { site, url, look }: Way): void {
  const by = (handle: Handle) => async (request: FastifyRequest, reply: FastifyReply) =>
    handle(await look(request), request, reply)
  const to = (path: (request: FastifyRequest) => string) =>
    by(async (hers, request, reply) => reply.redirect(urlOf(hers, path(request)), 303))
  page(server, `${url}/talk`, { get: by(showTalk(site)), post: by(tell(site)), bodyLimit: wordsLimit })
  page(server, `${url}/talk/decline`, { get: to(() => '/talk'), post: by(decline(site)) })
  page(server, `${url}/talk/:answer`, { get: by(showAnswer(site)), post: by(edit(site)), bodyLimit: wordsLimit })
  page(server, `${url}/talk/:answer/delete`, { get: to(pathOfAnswer), post: by(remove(site)) })
  page(server, `${url}/talk/:answer/consent`, { get: to(pathOfAnswer), post: by(sayConsent(site)) })
  page(server, `${url}/reason`, { get: to(() => ''), post: by(giveReason(site)), bodyLimit: wordsLimit })
}

function pathOfAnswer(request: FastifyRequest): string {
  return `/talk/${answerOf(request)}`
}

function answerOf(request: FastifyRequest): string {
  const id = fieldOf(request.params, 'answer')
  try {
    return answerId(id)
  } catch {
    throw new Problem('not-found', 'there is no such address')
  }
}

function showTalk(site: Site): Handle {
  return async (look, request, reply) => {
    // An old link is answered the same whatever it was used for, and shows nothing of what she told us.
    if (!maySee(look) && fieldOf(request.query, 'said') !== undefined) {
      const parts = { status: true, links: [seeAll(look)] }
      return sendPage(reply, 'notice', sealed(notice(look, look.say('talk.thanks'), parts), look))
    }
    const done = (['declined', 'deleted'] as const).find((each) => fieldOf(request.query, each) !== undefined)
    return sendPage(reply, 'talk', sealed(talkPage(look, await talkOf(site, look), { done: done ?? null }), look))
  }
}

function tell(site: Site): Handle {
  return async (look, request, reply) => {
    const { id, question, words } = readWords(request.body)
    const kept = await tellUs(site.house, look.link, { id, question, text: words }, look.now)
    if (kept.kind === 'kept') {
      return reply.redirect(urlOf(look, maySee(look) ? `/talk/${kept.answer}?said` : '/talk?said'), 303)
    }
    const refused = { at: question === null ? 'free' : 'ask', words: { why: kept.kind, id, words } } as const
    return sendPage(reply, 'talk', sealed(talkPage(look, await talkOf(site, look), { refused }), look), 422)
  }
}

function decline(site: Site): Handle {
  return async (look, request, reply) => {
    await declineQuestion(site.house, look.link, fieldOf(request.body, 'question') ?? '', look.now)
    return reply.redirect(urlOf(look, `/talk?${'declined' satisfies Done}`), 303)
  }
}

const states = ['said', 'edited', 'saved'] as const satisfies readonly AnswerState[]

function showAnswer(site: Site): Handle {
  return async (look, request, reply) => {
    const state = states.find((each) => fieldOf(request.query, each) !== undefined) ?? null
    return showOne(site, look, reply, { id: answerOf(request), state, refused: null })
  }
}

async function showOne(
  site: Site,
  look: Look,
  reply: FastifyReply,
  { id, state, refused }: { id: string; state: AnswerState; refused: Refused | null },
): Promise<FastifyReply> {
  if (!maySee(look)) return reply.redirect(urlOf(look, '/talk'), 303)
  const found = await readAnswer(site.house, look.link.person, id, look.language)
  // Deleted in another window, perhaps: what she has told us is where she finds that.
  if (!found) return reply.redirect(urlOf(look, '/talk'), 303)
  return sendPage(reply, 'answer', sealed(answerPage(look, found, state, refused), look), refused ? 422 : 200)
}

function edit(site: Site): Handle {
  return async (look, request, reply) => {
    const id = answerOf(request)
    const { words, reason } = readWords(request.body)
    const kept = await editAnswer(site.house, look.link, id, { text: words, reason }, look.now)
    if (kept.kind === 'kept') return reply.redirect(urlOf(look, `/talk/${id}?edited`), 303)
    const why = kept.kind === 'empty' ? 'empty-edit' : kept.kind
    return showOne(site, look, reply, { id, state: null, refused: { why, id, words, reason } })
  }
}

function remove(site: Site): Handle {
  return async (look, request, reply) => {
    await forgetAnswer(site.house, look.link, answerOf(request), look.now)
    return reply.redirect(urlOf(look, `/talk?${'deleted' satisfies Done}`), 303)
  }
}

function sayConsent(site: Site): Handle {
  return async (look, request, reply) => {
    const id = answerOf(request)
    const said = readConsent(request.body)
    const about = { id, wording: fieldOf(request.body, 'wording') ?? '' }
    if (said) await consent(site.house, look.link, about, said, look.now)
    return reply.redirect(urlOf(look, `/talk/${id}${said ? '?saved' : ''}`), 303)
  }
}

function giveReason(site: Site): Handle {
  return async (look, request, reply) => {
    const { id, reason, words } = readWords(request.body)
    const stop = fieldOf(request.body, 'stop') ?? ''
    const proof = readLink(site.house.keys.links, stop)
    if (proof?.purpose !== 'undo' || proof.entry === null) {
      throw new Problem('invalid-input', 'the form names no stop; open the page again')
    }
    const said = { id, reason, text: words }
    const kept = await giveStopReason(site.house, look.link, proof.entry, said, look.now)
    if (kept.kind === 'kept') return reply.redirect(urlOf(look, `?saved=${stop}&thanked`), 303)
    // Nothing chosen and nothing written is as good as not pressed.
    if (kept.kind === 'empty') return reply.redirect(urlOf(look, `?saved=${stop}`), 303)
    const refused = { why: kept.kind, id, words, reason }
    const result = await resultOf(site, look, stop)
    if (result)
      return sendPage(
        reply,
        'notice',
        sealed(resultPage(look, result, { undoToken: stop, receipt: receiptOf(site, look) }, { refused }), look),
        422,
      )
    const talk = await talkOf(site, look)
    return sendPage(reply, 'talk', sealed(talkPage(look, talk, { refused: { at: 'free', words: refused } }), look), 422)
  }
}

function talkOf(site: Site, look: Look): ReturnType<typeof readTalk> {
  // A mail may be forwarded, so what she told us is read in her session alone, and an old link learns nothing of her.
  const shows = look.session ? 'all' : maySee(look) ? 'question' : 'public'
  return readTalk(site.house, look.preferences.person, shows)
}
