import type { Anchor, Choice, EmailField, FormProblems, OneOfForm, Press, WordsForm } from './form-views.ts'
import type { Option, PreferencesWording } from './domain/preferences-wording.ts'
import type { SignUpWording } from './domain/sign-up-wording.ts'
import type { HistoryPage, ReceiptPage, RecordPage, WordingPage } from './record-views.ts'
import type { StaffPage } from './staff-views.ts'

/** Pages by the name of their view, with all that each shows: finished strings and booleans, nothing to reckon with. */
export type Pages = {
  preferences: PreferencesPage
  notice: NoticePage
  record: RecordPage
  history: HistoryPage
  receipt: ReceiptPage
  'wording-page': WordingPage
  statement: StatementPage
  find: FindPage
  details: DetailsPage
  start: StartPage
  talk: TalkPage
  answer: AnswerPage
  'hosted-copy': HostedCopyPage
  home: HomePage
  mailbox: MailboxPage
  mail: MailPage
  'staff/page': StaffPage
}

/** What every page has around it. `stop` is the address of the footer's Stop link, null where there is no link of hers. */
export type Frame = {
  language: string
  direction: 'ltr' | 'rtl'
  /** The page in each language that is offered, under its own name; none where there is nothing to choose. */
  languages: { language: string; name: string; direction: 'ltr' | 'rtl'; url: string; current: boolean }[]
  languagesLabel: string
  title: string
  skip: string
  brand: string
  /** What is shown instead of the brand's name, which is its alternative text; null for the name itself. */
  logo: (ShownPicture & { dark: ShownPicture | null }) | null
  styles: string[]
  postalAddress: string | null
  footer: { label: string; url: string }[]
}

/** A picture of ours and the size it takes on the page. */
type ShownPicture = { url: string; width: number; height: number }

/** Her sentence, with a line in small letters under it. */
export type SentenceCard = { text: string; note: string }

/** Her page. `sentence` and `form` are null where the link may not show or change them. */
export type PreferencesPage = {
  frame: Frame
  heading: string
  sentence: SentenceCard | null
  lead: string[]
  /** Buttons that stand before the row. */
  first: Press[]
  rowLabel: string
  row: Press[]
  /** What else this link can do by one press. */
  more: Press[]
  links: Anchor[]
  otherTopics: { heading: string; buttons: Press[] } | null
  /** What was sent and held back, in numbers; null where the link may not tell, or there was nothing. */
  record: { promise: string; summary: string; lines: string[]; link: Anchor } | null
  form: ChoicesForm | null
  last: Press[]
  tell?: { heading: string; ask: WordsForm | null; decline: Press | null; links: Anchor[] }
}

/** What she told us once, in her words, and what became of it. */
export type ToldUs = {
  when: string
  about: string
  words: string
  notes: string[]
  reply: { when: string; words: string } | null
  change: Anchor | null
}

/** Her conversation. `status` is what has just happened; `problem` names the field that has to be mended. */
export type TalkPage = {
  frame: Frame
  heading: string
  status: string
  problem: { heading: string; link: Anchor; kept: string } | null
  lead: string[]
  ask: WordsForm | null
  decline: Press | null
  free: WordsForm
  mine: { heading: string; answers: ToldUs[] } | null
  changes: { heading: string; none: string; items: { date: string; text: string; note: string }[] } | null
  links: Anchor[]
}

/** One answer of hers: to change, to delete, and what else it may be used for. */
export type AnswerPage = {
  frame: Frame
  heading: string
  status: boolean
  problem: { heading: string; link: Anchor; kept: string } | null
  lead: string[]
  answer: ToldUs
  consents: { about: string; forms: OneOfForm[]; withdraw: string } | null
  change: string
  edit: WordsForm
  remove: Press
  links: Anchor[]
}

/**
 * The form of her page: the frozen wording, what of it is ticked for her, and the version of her choices that says so.
 * `seal` is what a session's forms carry. A `volume` is counted at this moment and no part of the wording.
 */
export type ChoicesForm = {
  action: string
  wording: PreferencesWording
  hash: string
  version: number
  seal: string | null
  topics: (Option<number> & { ticked: boolean; volume: string })[]
  pace: { note: string; options: (Option<string> & { ticked: boolean; volume: string })[] }
  ownPaces: {
    open: boolean
    topics: { name: string; label: string; options: (Option<string> & { ticked: boolean })[] }[]
  } | null
  channels: (Option<string> & { ticked: boolean })[]
}

/**
 * A page that says one thing and offers what can be done about it: stop, pause, undo, why, the result of a change,
 * and every problem. `status` marks what has just happened, which is announced; `aside` is said in small letters; `extra`
 * are buttons that change nothing of hers, after all others.
 */
export type NoticePage = {
  frame: Frame
  heading: string
  status: boolean
  lead: string[]
  sentence: SentenceCard | null
  after: string[]
  aside: string
  row: { label: string; buttons: Press[] } | null
  extra: Press[]
  links: Anchor[]
  /** Words she may add after what has happened; never before it. */
  words?: WordsForm
}

/** A page with several parts: what holds for everybody, or what a press would do. An item is one thing and what is said of it. */
export type StatementPage = {
  frame: Frame
  heading: string
  lead: string[]
  sections: { heading: string; lines: string[]; items: { name: string; lines: string[] }[] }[]
  row: NoticePage['row']
  links: Anchor[]
}

export type FindPage = {
  frame: Frame
  heading: string
  lead: string[]
  problems: FormProblems | null
  action: string
  email: EmailField
  button: string
}

/** What is kept of who she is, in a form, and her address in another. */
export type DetailsPage = {
  frame: Frame
  heading: string
  lead: string
  problems: FormProblems | null
  seal: string
  who: {
    action: string
    names: { name: string; label: string; value: string; autocomplete: string }[]
    selects: { name: string; label: string; hint: string; options: Choice[] }[]
    button: string
  }
  address: { action: string; heading: string; lead: string; email: EmailField; button: string }
  links: Anchor[]
}

/** The sign-up page: the frozen wording in the order of the seed, with what she ticked and typed; nothing is chosen for her. */
export type StartPage = {
  frame: Frame
  action: string
  wording: SignUpWording
  hash: string
  seed: string
  problems: FormProblems | null
  email: EmailField
  topics: { error: string | null; options: (Option<number> & { ticked: boolean })[] }
  pace: { error: string | null; options: (Option<string> & { ticked: boolean })[] }
  languages: (Option<string> & { ticked: boolean })[]
}

/** A message as everybody may read it. `body` was made from Markdown and sanitised; the template puts it in as it is. */
export type HostedCopyPage = {
  frame: Frame
  /** The id of the element around a design, by which its stylesheet finds it; null for a message in our own look. */
  within: string | null
  heading: string
  about: string
  language: string
  direction: 'ltr' | 'rtl'
  body: string
  note: string
}

export type HomePage = {
  frame: Frame
  heading: string
  lead: string[]
  doors: { heading: string; lead: string; link: Anchor | null; command: string | null }[]
  note: string
}

export type MailboxPage = {
  frame: Frame
  heading: string
  lead: string
  empty: string | null
  columns: { from: string; to: string }
  mails: { url: string; subject: string; from: string; to: string; date: string }[]
}

/** One mail: its text part only, cut at our own links. */
export type MailPage = {
  frame: Frame
  heading: string
  facts: { name: string; value: string }[]
  text: { text: string; url: string | null }[]
  headersLabel: string
  headers: { name: string; value: string }[]
  back: Anchor
}
