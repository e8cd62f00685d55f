import type { FastifyInstance, FastifyRequest } from 'fastify'
import { negotiated, offeredOne, writingOf } from '../domain/language.ts'
import { speakingStaff, staffLanguage, staffLanguages, type StaffLanguage } from '../domain/staff-catalogue.ts'
import type { StaffFrame } from '../staff-views.ts'
import { cookieOf, isSecure } from './session-look.ts'
import { fieldOf, type Site } from './site.ts'
import { inLanguage } from './voice.ts'

const cookie = 'courtesy-staff-language'
const oneYear = 365 * 24 * 60 * 60

/**
 * Every page of the staff speaks the language that `?lang` names, and the browser keeps that; else the one it kept; else the one
 * that it likes best; else English. The cookie says nothing of anybody, and we keep nothing.
 */
export function speakToStaff(server: FastifyInstance, site: Site): void {
  server.addHook('preHandler', (request, reply, done) => {
    if (!/^\/(?:admin|audit|staff)(?:\/|$)/.test(request.routeOptions.url ?? '')) return done()
    const query = Object(request.query) as { lang?: unknown }
    const asked = languageIn(fieldOf(query, 'lang'))
    // No page meets it: some refuse every word of an address that is not theirs.
    delete query.lang
    if (asked !== null) {
      const secure = isSecure(site) ? '; Secure' : ''
      reply.header('set-cookie', `${cookie}=${asked}; Path=/; Max-Age=${oneYear}; HttpOnly; SameSite=Lax${secure}`)
    }
    return speakingStaff(asked ?? languageFor(request), done)
  })
}

function languageFor(request: FastifyRequest): StaffLanguage {
  const liked = negotiated(request.headers['accept-language'], staffLanguages)
  return languageIn(cookieOf(request, cookie)) ?? languageIn(liked) ?? 'en'
}

function languageIn(tag: string | null | undefined): StaffLanguage | null {
  const language = offeredOne(tag ?? null, staffLanguages)
  return staffLanguages.find((each) => each === language) ?? null
}

/** The page at `address` in each other language, each in its own name. */
export function otherLanguages(address: string): StaffFrame['languages'] {
  return staffLanguages
    .filter((language) => language !== staffLanguage())
    .map((language) => {
      const { name, direction } = writingOf(language)
      return { language, direction, label: name, url: inLanguage(address, language) }
    })
}
