import { readFileSync } from 'node:fs'
import { shortText } from '../domain/audience-export.ts'
import { instantOf, layouts, parseFormat, type ExportFormat, type ExportStatus } from '../domain/export-formats.ts'
import type { ImportTerms } from '../domain/imported-choices.ts'
import { parsePace, slowestPace } from '../domain/pace.ts'
import { Problem } from '../domain/problem.ts'
import { topicNamed, type Topic } from '../domain/topic.ts'
import { frozen, type FrozenText } from '../domain/wording.ts'
import { codeOf } from '../store/error-code.ts'

/** What to import and under which terms, as somebody asked for it. Times are `YYYY-MM-DD` or ISO instants. */
export type ImportRequest = {
  files: readonly string[]
  /** Mailchimp's where it is left out. */
  format?: string | undefined
  topicsColumn?: string | undefined
  topic?: string | undefined
  pace?: string | undefined
  /** The file with the text that the people in `subscribed` files said yes to, and who declares that they did. */
  wording?: string | undefined
  attestedBy?: string | undefined
  confirmedFrom?: string | undefined
  confirmedUntil?: string | undefined
  unsubscribedMeans?: string | undefined
  dryRun?: boolean | undefined
  /** Told how far it is, 0…1: reading is counted in bytes, importing in people. */
  progress?: ((phase: 'reading' | 'importing', part: number) => void) | undefined
}

/** The terms of a run, checked. */
export type ImportPlan = {
  format: ExportFormat
  terms: ImportTerms
  wording: FrozenText | null
  attestedBy: string | null
  topicsColumn: string | null
  /** In files of which status rows name topics. */
  asksFor: readonly ExportStatus[]
  /** The id of the topic that a value of the column names. */
  topicIdOf: (value: string) => number | undefined
  /** The topic that all rows are about. */
  onlyTopic: number | null
}

/** Cells repeat a few values, but a file may hold any number of different ones. */
const mostKeptValues = 10_000

/** Reads and checks the terms. @throws Problem `invalid-input` for terms that contradict each other or cannot be read. */
export function planImport(request: ImportRequest, topics: readonly Topic[], at: Date): ImportPlan {
  const { topic, pace, confirmedFrom, confirmedUntil } = request
  const format = parseFormat(request.format ?? 'mailchimp')
  const topicsColumn = request.topicsColumn ?? (format === 'courtesy' && topic === undefined ? 'topics' : undefined)
  if (topicsColumn !== undefined && topic !== undefined) {
    throw new Problem(
      'invalid-input',
      'topics come from --topics-column or are the one of --topic; give only one of them',
    )
  }
  const { wording, attestedBy } = attestation(request)
  if ((confirmedFrom ?? confirmedUntil) !== undefined && !wording) {
    throw new Problem(
      'invalid-input',
      '--confirmed-from and --confirmed-until say who confirmed under a wording: give --wording too',
    )
  }
  const terms: ImportTerms = {
    wording: wording?.hash ?? null,
    pace: pace === undefined ? slowestPace : parsePace(pace),
    confirmedFrom: momentOf('--confirmed-from', confirmedFrom),
    confirmedUntil: momentOf('--confirmed-until', confirmedUntil),
    unsubscribedMeans: meaningOf(request.unsubscribedMeans),
    wholeAnswer: topicsColumn !== undefined,
    needsIp: layouts[format].needsIp,
    at: at.toISOString(),
  }
  if (terms.confirmedFrom !== null && terms.confirmedUntil !== null && terms.confirmedFrom >= terms.confirmedUntil) {
    throw new Problem(
      'invalid-input',
      `nobody confirmed from ${confirmedFrom} on and before ${confirmedUntil}; the first must be earlier`,
    )
  }
  return {
    format,
    terms,
    wording,
    attestedBy,
    topicsColumn: topicsColumn ?? null,
    asksFor: terms.unsubscribedMeans === 'topics' ? ['subscribed', 'unsubscribed'] : ['subscribed'],
    topicIdOf: remembered((value) => topicNamed(topics, value)?.id),
    onlyTopic: topic === undefined ? null : idOf(topics, topic),
  }
}

function attestation({ wording, attestedBy }: ImportRequest): {
  wording: FrozenText | null
  attestedBy: string | null
} {
  if (wording === undefined && attestedBy === undefined) return { wording: null, attestedBy: null }
  const by = shortText(attestedBy ?? '')
  if (wording === undefined || by === null) {
    throw new Problem(
      'invalid-input',
      'somebody must declare what people said yes to: give --wording with a file of the text that they saw and --attested-by with the name of who declares it, or neither of them; then nobody is asked yet and gets nothing',
    )
  }
  const text = frozen(textIn(wording))
  if (text.body.trim() === '')
    throw new Problem('invalid-input', `the wording ${wording} is empty; nobody can say yes to that`)
  return { wording: text, attestedBy: by }
}

function textIn(path: string): string {
  try {
    // Drops a byte-order mark; bytes that are no UTF-8 are refused, because the hash is of the text.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    throw new Problem('invalid-input', `the wording ${path} cannot be read (${codeOf(error) ?? 'unknown'})`)
  }
}

function meaningOf(text = 'stop'): 'stop' | 'topics' {
  if (text === 'stop' || text === 'topics') return text
  throw new Problem('invalid-input', `--unsubscribed-means is "stop" or "topics"; given: "${text}"`)
}

function momentOf(option: string, text: string | undefined): string | null {
  if (text === undefined) return null
  const [, date] = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(text) ?? []
  const time = Date.parse(text)
  if (date === undefined || Number.isNaN(time) || instantOf(`${date} 00:00:00`) === null) {
    throw new Problem(
      'invalid-input',
      `${option} is a day or a moment, like 2024-06-01 (from 00:00 UTC) or 2024-06-01T12:00:00Z; given: "${text}"`,
    )
  }
  return new Date(time).toISOString()
}

function idOf(topics: readonly Topic[], slug: string): number {
  const topic = topicNamed(topics, slug)
  if (topic) return topic.id
  const known = topics.map((one) => one.slug).join(', ') || 'none yet; add one with: courtesy topic add'
  throw new Problem('invalid-input', `there is no topic "${slug}"; known: ${known}`)
}

function remembered(compute: (value: string) => number | undefined): (value: string) => number | undefined {
  const known = new Map<string, number | undefined>()
  return (value) => {
    if (known.has(value)) return known.get(value)
    const answer = compute(value)
    if (known.size < mostKeptValues) known.set(value, answer)
    return answer
  }
}
