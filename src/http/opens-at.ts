import type { FastifyRequest } from 'fastify'
import { privatePage, type PrivatePage } from '../domain/private-page.ts'
import { fieldOf } from './site.ts'
import type { Voice } from './voice.ts'

/** Where the fresh link of this request, or the one that it asks for, opens; null for her page. */
export function opensIn(request: FastifyRequest): PrivatePage | null {
  return privatePage(fieldOf(request.query, 'for'))
}

/** What is said of it before she presses, so that nobody is taken where she did not ask to go. */
export function opensAt(voice: Voice, opens: PrivatePage | null): string[] {
  return opens === null ? [] : [voice.say('page.fresh.opens', { page: voice.say(`${opens}.heading`) })]
}
