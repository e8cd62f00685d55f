import PostalMime from 'postal-mime'

/** A mail as a mail program shows it. `bytes` is its whole size. */
export type ShownMail = { subject: string; from: string; html: string; text: string; bytes: number }

/** Reads a mail that we wrote, as whoever gets it would. */
export async function shownMail(mime: string): Promise<ShownMail> {
  const bytes = Buffer.from(mime, 'latin1')
  const { subject = '', from, html = '', text = '' } = await PostalMime.parse(bytes)
  return { subject, from: [from?.name, from?.address].filter(Boolean).join(', '), html, text, bytes: bytes.length }
}
