import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readBrand } from '../actions/read-brand.ts'
import { listMailbox, openMail } from '../actions/read-mailbox.ts'
import type { Brand } from '../domain/brand.ts'
import { textDate, textTime } from '../domain/catalogue.ts'
import { Problem } from '../domain/problem.ts'
import type { StoredMail } from '../mail/maildir-reader.ts'
import type { MailboxPage, MailPage } from '../page-views.ts'
import { frameOf } from './page-frame.ts'
import { page, sendPage, type Site } from './site.ts'
import { inSame, voiceFor, type Voice } from './voice.ts'

/** `/mailbox`: what would have been sent, for trying out. Only the text part of a mail is ever shown. */
export function mailboxPages(server: FastifyInstance, site: Site, folder: string): void {
  page(server, '/mailbox', {
    get: async (request, reply) => {
      refuseOtherNames(request)
      const [brand, { count, mails }] = await Promise.all([readBrand(site.house), listMailbox(folder)])
      return sendPage(reply, 'mailbox', mailboxPage(voiceFor(request, brand), brand, { count, mails }))
    },
  })
  page(server, '/mailbox/:name', {
    get: async (request, reply) => {
      refuseOtherNames(request)
      const { name } = request.params as { name: string }
      const [brand, mail] = await Promise.all([readBrand(site.house), openMail(folder, name)])
      if (!mail) throw new Problem('not-found', 'there is no such mail in the mailbox')
      return sendPage(reply, 'mail', mailPage(voiceFor(request, brand), brand, mail, site.house.publicUrl))
    },
  })
}

/** A web page from elsewhere can make its own name point to this machine; its requests then carry that name, whatever a proxy says. */
function refuseOtherNames(request: FastifyRequest): void {
  if (!/^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '')) {
    throw new Problem('not-found', 'the mailbox answers to names of this machine only')
  }
}

function mailboxPage(
  voice: Voice,
  brand: Brand,
  { count, mails }: { count: number; mails: readonly StoredMail[] },
): MailboxPage {
  const heading = voice.say('page.mailbox.heading')
  return {
    frame: frameOf(voice, brand, heading),
    heading,
    lead: voice.say('page.mailbox.lead', { count }),
    empty: mails.length === 0 ? voice.say('page.mailbox.empty') : null,
    columns: { to: voice.say('page.mailbox.to'), from: voice.say('page.mailbox.from') },
    mails: mails.map((mail) => ({
      url: inSame(voice, `/mailbox/${encodeURIComponent(mail.name)}`),
      subject: subjectOf(voice, mail),
      from: mail.from,
      to: mail.to,
      date: when(voice, mail.date),
    })),
  }
}

function mailPage(voice: Voice, brand: Brand, mail: StoredMail, publicUrl: string): MailPage {
  const heading = subjectOf(voice, mail)
  return {
    frame: frameOf(voice, brand, heading),
    heading,
    facts: [
      { name: voice.say('page.mailbox.from'), value: mail.from },
      { name: voice.say('page.mailbox.to'), value: mail.to },
      { name: voice.say('page.mailbox.date'), value: when(voice, mail.date) },
    ],
    text: mail.text === null ? [{ text: voice.say('page.mailbox.noText'), url: null }] : piecesOf(mail.text, publicUrl),
    headersLabel: voice.say('page.mailbox.headers'),
    headers: mail.headers,
    back: { label: voice.say('page.mailbox.back'), url: inSame(voice, '/mailbox') },
  }
}

/** The text cut at links of our own, the only ones that can be pressed here. */
export function piecesOf(text: string, publicUrl: string): MailPage['text'] {
  return text.split(/(https?:\/\/[\w.~:/?#@!$&*+,;=%[\]-]+)/).map((piece, index) => ({
    text: piece,
    url: index % 2 === 1 && piece.startsWith(`${publicUrl}/`) ? piece : null,
  }))
}

function subjectOf(voice: Voice, { subject }: StoredMail): string {
  return subject.trim() === '' ? voice.say('page.mailbox.noSubject') : subject
}

function when({ language }: Voice, date: string): string {
  const at = new Date(date)
  if (Number.isNaN(at.getTime())) return ''
  return `${textDate(language, at, 'UTC')}, ${textTime(language, at, 'UTC')}`
}
