import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readBrand } from '../actions/read-brand.ts'
import { listMailbox, openMail } from '../actions/read-mailbox.ts'
import type { Brand } from '../domain/brand.ts'
import { textDate } from '../domain/catalogue.ts'
import { Problem } from '../domain/problem.ts'
import type { StoredMail } from '../mail/maildir-reader.ts'
import type { MailboxPage, MailPage } from '../page-views.ts'
import { say } from './her-view.ts'
import { frameOf, pageLanguage, textTime } from './page-frame.ts'
import { page, sendPage, type Site } from './site.ts'

/** `/mailbox`: what would have been sent, for trying out. Only the text part of a mail is ever shown. */
export function mailboxPages(server: FastifyInstance, site: Site, folder: string): void {
  page(server, '/mailbox', {
    get: async (request, reply) => {
      refuseOtherNames(request)
      const [brand, { count, mails }] = await Promise.all([readBrand(site.house), listMailbox(folder)])
      return sendPage(reply, 'mailbox', mailboxPage(brand, count, mails))
    },
  })
  page(server, '/mailbox/:name', {
    get: async (request, reply) => {
      refuseOtherNames(request)
      const { name } = request.params as { name: string }
      const [brand, mail] = await Promise.all([readBrand(site.house), openMail(folder, name)])
      if (!mail) throw new Problem('not-found', 'there is no such mail in the mailbox')
      return sendPage(reply, 'mail', mailPage(brand, mail, site.house.publicUrl))
    },
  })
}

/** A web page from elsewhere can make its own name point to this machine; its requests then carry that name, whatever a proxy says. */
function refuseOtherNames(request: FastifyRequest): void {
  if (!/^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '')) {
    throw new Problem('not-found', 'the mailbox answers to names of this machine only')
  }
}

function mailboxPage(brand: Brand, count: number, mails: readonly StoredMail[]): MailboxPage {
  const heading = say('page.mailbox.heading')
  return {
    frame: frameOf(brand, heading),
    heading,
    lead: say('page.mailbox.lead', { count }),
    empty: mails.length === 0 ? say('page.mailbox.empty') : null,
    columns: { to: say('page.mailbox.to'), from: say('page.mailbox.from') },
    mails: mails.map((mail) => ({
      url: `/mailbox/${encodeURIComponent(mail.name)}`,
      subject: subjectOf(mail),
      from: mail.from,
      to: mail.to,
      date: when(mail.date),
    })),
  }
}

function mailPage(brand: Brand, mail: StoredMail, publicUrl: string): MailPage {
  const heading = subjectOf(mail)
  return {
    frame: frameOf(brand, heading),
    heading,
    facts: [
      { name: say('page.mailbox.from'), value: mail.from },
      { name: say('page.mailbox.to'), value: mail.to },
      { name: say('page.mailbox.date'), value: when(mail.date) },
    ],
    text: mail.text === null ? [{ text: say('page.mailbox.noText'), url: null }] : piecesOf(mail.text, publicUrl),
    headersLabel: say('page.mailbox.headers'),
    headers: mail.headers,
    back: { label: say('page.mailbox.back'), url: '/mailbox' },
  }
}

/** The text cut at links of our own, the only ones that can be pressed here. */
export function piecesOf(text: string, publicUrl: string): MailPage['text'] {
  return text.split(/(https?:\/\/[\w.~:/?#@!$&*+,;=%[\]-]+)/).map((piece, index) => ({
    text: piece,
    url: index % 2 === 1 && piece.startsWith(`${publicUrl}/`) ? piece : null,
  }))
}

function subjectOf({ subject }: StoredMail): string {
  return subject.trim() === '' ? say('page.mailbox.noSubject') : subject
}

function when(date: string): string {
  const at = new Date(date)
  if (Number.isNaN(at.getTime())) return ''
  return `${textDate(pageLanguage, at, 'UTC')}, ${textTime(at, 'UTC')}`
}
