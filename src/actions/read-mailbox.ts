import { mailNamed, newestMails, type StoredMail } from '../mail/maildir-reader.ts'

/** The newest mails of the mailbox that takes our mail while no relay is set. */
export async function listMailbox(folder: string): Promise<{ count: number; mails: StoredMail[] }> {
  return newestMails(folder)
}

/** One of them; null when there is none of that name. */
export async function openMail(folder: string, name: string): Promise<StoredMail | null> {
  return mailNamed(folder, name)
}
