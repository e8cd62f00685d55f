import { prebuild } from './mime.ts'
import type { Sender } from '../domain/sender.ts'

/**
 * Writes one service mail to one person: no list headers (it is no list), marked as automatic (RFC 3834 section 5).
 * @returns the whole MIME text, as `prebuild` gives it.
 */
export async function serviceLetter(mail: {
  from: Sender
  replyTo: string | null
  to: string
  messageId: string
  date: Date
  subject: string
  text: string
  html: string
}): Promise<string> {
  const fill = await prebuild({
    from: mail.from,
    replyTo: mail.replyTo,
    subject: mail.subject,
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: [mail.text],
    html: [mail.html],
  })
  return fill({ to: mail.to, messageId: mail.messageId, date: mail.date, headers: {}, values: [] })
}
