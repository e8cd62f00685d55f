import type { Anchor } from './form-views.ts'
import type { Frame, SentenceCard } from './page-views.ts'

/** Subjects that are behind a press. */
export type Behind = { summary: string; items: { text: string; url: string | null }[] }

/** One thing that came or did not, with its tag: `look` colours it, the word tells it. */
export type RecordLine = {
  date: { text: string; iso: string } | null
  tag: { text: string; look: 'now' | 'later' | 'never' }
  title: string
  note: string
  why: Anchor | null
  behind: Behind | null
}

/** What we sent her and what we held back, month by month, numbers before subjects. */
export type RecordPage = {
  frame: Frame
  heading: string
  promise: SentenceCard
  figures: { label: string; value: string }[]
  notes: string[]
  months: { heading: string; counts: string; lines: RecordLine[]; more: string }[]
  otherMonths: { heading: string; links: Anchor[] } | null
  service: { heading: string; lead: string; rows: { name: string; value: string }[]; none: string }
  links: Anchor[]
}

/** One thing that happened: when, what, by which way, and what stands behind it. */
export type HistoryLine = { date: { text: string; iso: string }; did: string[]; from: string; links: Anchor[] }

/** Everything that happened to her, newest first. */
export type HistoryPage = {
  frame: Frame
  heading: string
  lead: string
  lines: HistoryLine[]
  empty: string
  links: Anchor[]
}

/** One change as she may keep it. `proof` has numbered parts, each with what to do with it; `missing` is said instead. */
export type ReceiptBody = {
  heading: string
  of: string
  did: string[]
  before: { label: string; text: string } | null
  after: { label: string; text: string } | null
  facts: { name: string; value: string; url: string | null; mono: boolean }[]
  print: string
  proof: {
    heading: string
    lead: string
    missing: string
    check: Anchor | null
    parts: { step: string; text: string; more: string }[]
  }
}

export type ReceiptPage = { frame: Frame; receipt: ReceiptBody }

/** A frozen text as text, and the way to its bytes. */
export type WordingPage = {
  frame: Frame
  heading: string
  lead: string
  facts: { name: string; value: string; mono: boolean }[]
  file: Anchor
  label: string
  text: string
}

/** Parts of files that she takes away, each a piece of HTML; they stand by themselves, with their style inside. */
export type FileParts = {
  begin: FileHead
  end: Record<string, never>
  person: {
    heading: string
    asOf: string
    sentence: string
    person: string
    facts: { name: string; value: string }[]
    files: string
    links: Anchor[]
  }
  section: { heading: string }
  'section-end': Record<string, never>
  mails: { mails: { iso: string; date: string; subject: string; state: string }[] }
  receipt: FileHead & { receipt: ReceiptBody }
}

export type FileHead = { language: string; direction: 'ltr' | 'rtl'; title: string }
