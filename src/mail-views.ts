import type { Anchor } from './form-views.ts'

/** Mails by the name of their two views, with all that each shows: finished strings, some of them marks. */
export type Mails = {
  topic: TopicMail
  digest: DigestMail
  acknowledgement: AcknowledgementMail
  'own-link': OwnLinkMail
  confirmation: ConfirmationMail
  reply: ReplyMail
  staff: StaffMail
}

type Speech = { lang: string; dir: 'ltr' | 'rtl' }

type Frame = Speech & { subject: string; brandName: string; postalAddress: string }

/** `bodyHtml` is sanitised, whatever it was written in; nothing else is put into the page unescaped. A design has its own look and place. */
export type TopicMail = Frame & {
  /** The language of our own words under the body. */
  foot: Speech
  inShort: string
  isDesigned: boolean
  bodyHtml: string
  bodyText: string
  promise: string
  why: Anchor
  change: Anchor
  stop: Anchor
  /** Asks whether her yes still holds, in the mails that ask. */
  keep: Anchor | null
  oneClick: string
}

/** Several messages in one mail, each in short. */
export type DigestMail = Frame & {
  items: (Speech & { subject: string; inShort: string; read: Anchor; why: Anchor; stop: Anchor })[]
  promise: string
  change: Anchor
  stop: Anchor
  /** Asks whether a yes behind it still holds, where one is near its end. */
  keep: Anchor | null
  oneClick: string
}

export type AcknowledgementMail = Frame & {
  intro: string
  sentence: string
  undo: Anchor
  undoHours: string
  why: string
}

/** One link that opens her page, once. */
export type OwnLinkMail = Frame & { intro: string; link: Anchor; once: string; notYou: string }

/** Asks to confirm what was asked for at sign-up. */
export type ConfirmationMail = OwnLinkMail & { topics: string; pace: string }

/** Our reply, and her words that it answers. */
export type ReplyMail = Frame & {
  intro: string
  reply: string
  yourWords: string
  words: string
  change: Anchor
  why: string
}

/** A mail to somebody of the staff. `quoted` stands there letter by letter, to be kept as a file. */
export type StaffMail = Frame & { lines: string[]; link: Anchor | null; quoted: string; after: string[] }
