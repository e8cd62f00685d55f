import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime from 'postal-mime'

/** A mail of the Maildir as it is shown: `name` is its file's, `text` its text part, never its HTML. */
export type StoredMail = {
  name: string
  from: string
  to: string
  subject: string
  date: string
  text: string | null
  headers: { name: string; value: string }[]
}

/** Bounds what one look at a mailbox reads, however much a campaign put into it. */
const mostShown = 100

/** The newest mails, newest first, and how many there are. A folder that is missing is an empty mailbox. */
export async function newestMails(folder: string): Promise<{ count: number; mails: StoredMail[] }> {
  const files = await filesOf(folder)
  const newest = files.toSorted((a, b) => secondsOf(b.name) - secondsOf(a.name) || (a.name < b.name ? 1 : -1))
  return { count: files.length, mails: await Promise.all(newest.slice(0, mostShown).map(readMail)) }
}

/** One mail by the name of its file; null when the mailbox has none of that name. */
export async function mailNamed(folder: string, name: string): Promise<StoredMail | null> {
  // Looked for in what the folder lists, so that a name can never lead out of it.
  const file = (await filesOf(folder)).find((each) => each.name === name)
  return file ? readMail(file) : null
}

type File = { name: string; path: string }

async function filesOf(folder: string): Promise<File[]> {
  const parts = await Promise.all(
    ['new', 'cur'].map(async (part) => {
      const names = await readdir(join(folder, part)).catch(() => [])
      return names.map((name) => ({ name, path: join(folder, part, name) }))
    }),
  )
  return parts.flat()
}

/** Maildir names begin with the second in which the mail came. */
function secondsOf(name: string): number {
  return Number.parseInt(name, 10) || 0
}

async function readMail({ name, path }: File): Promise<StoredMail> {
  const mail = await PostalMime.parse(await readFile(path))
  return {
    name,
    from: written(mail.from),
    to: (mail.to ?? []).map(written).join(', '),
    subject: mail.subject ?? '',
    date: mail.date ?? '',
    text: mail.text ?? null,
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  }
}

function written(address: { name: string; address?: string | undefined } | undefined): string {
  if (!address) return ''
  const { name, address: mailbox = '' } = address
  return name ? `${name} <${mailbox}>` : mailbox
}
