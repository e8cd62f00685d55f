import { bodyFormats, readBody, type BodyFormat } from './campaign-body.ts'
import { plainLine } from './plain-line.ts'
import { Problem } from './problem.ts'
import { parseSender } from './sender.ts'

/** The words of a message before it is written. */
export type DraftWords = {
  subject: string
  inShort: string
  sender: string
  body: string
  /** Markdown where it is not said. */
  format?: BodyFormat
  usefulUntil: string | null
}

/** What each part of a message comes to. @throws Problem `invalid-input` for what cannot be sent as it is. */
const readers: { [Part in keyof DraftWords]-?: (draft: DraftWords) => Required<DraftWords>[Part] } = {
  subject: ({ subject }) => plainLine('the subject', subject, 200),
  inShort: ({ inShort }) => plainLine('the text in short', inShort, 400),
  sender: ({ sender }) => (parseSender(sender), sender),
  usefulUntil: ({ usefulUntil }) => (usefulUntil === null ? null : instantOf(usefulUntil)),
  format: ({ format = 'markdown' }) => formatOf(format),
  body: ({ body, format = 'markdown' }) => (readBody(body, formatOf(format)), body),
}

/** @throws Problem `invalid-input` for the first part that cannot be sent as it is. */
export function readDraft(draft: DraftWords): Required<DraftWords> {
  return {
    subject: readers.subject(draft),
    inShort: readers.inShort(draft),
    sender: readers.sender(draft),
    format: readers.format(draft),
    body: readers.body(draft),
    usefulUntil: readers.usefulUntil(draft),
  }
}

/** Everything that keeps a message from being written, by the part it is about; empty when it can be. */
export function draftFaults(draft: DraftWords): Partial<Record<keyof DraftWords, string>> {
  const faults: Partial<Record<keyof DraftWords, string>> = {}
  for (const part of Object.keys(readers) as (keyof DraftWords)[]) {
    try {
      readers[part](draft)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      faults[part] = error.message
    }
  }
  return faults
}

/** @throws Problem `invalid-input` for a format that is none. */
function formatOf(format: string): BodyFormat {
  const known = bodyFormats.find((each) => each === format)
  if (known !== undefined) return known
  throw new Problem('invalid-input', `the body may be ${bodyFormats.join(' or ')} (given: "${format}")`)
}

function instantOf(text: string): string {
  const time = Date.parse(text)
  if (Number.isNaN(time)) {
    throw new Problem('invalid-input', `"${text}" is no time; write it like 2026-12-24 or 2026-12-24T18:00:00Z`)
  }
  return new Date(time).toISOString()
}
