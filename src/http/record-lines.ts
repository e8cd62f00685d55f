import type { TextKey } from '../domain/catalogue.ts'
import { fateOf, type Counted, type Fate, type LeftOut } from '../domain/her-record.ts'
import type { RecordRow } from '../store/her-record.ts'
import type { Behind, RecordLine } from '../record-views.ts'
import type { Words } from './her-words.ts'

/** Something that was kept from her, or waits: what it was, when, and the reason it is told under. */
type Kept = Reasoned & { message: string | null; subject: string; at: string }
type Reasoned = { topic: number; fate: Fate; reason: string | null }

/** Addresses that a line may lead to: why she got a mail, and the message as everybody may read it. */
export type RecordLinks = { why(row: RecordRow): string | null; read(message: string): string | null }

/**
 * One month of her record: what came, newest first, and then what did not, by reason, its subjects behind a press.
 * Both lists are those of that month.
 */
export function recordLines(
  words: Words,
  rows: readonly RecordRow[],
  missed: readonly LeftOut[],
  links: RecordLinks,
): RecordLine[] {
  const mails = rows.filter((row) => row.isDigest || row.digest === null).filter((row) => came(fateFor(row)))
  const kept: Kept[] = [
    ...rows.flatMap((row) => keptRow(row)),
    ...missed.map((one): Kept => ({ ...one, fate: 'not-sent' })),
  ]
  const items = Map.groupBy(
    rows.filter((row) => row.digest !== null),
    (row) => row.digest,
  )
  return [
    ...mails.map((row) => mailLine(words, row, items.get(row.delivery) ?? [], links)),
    ...[...Map.groupBy(kept, groupName).values()].map((group) => keptLine(words, group, links)),
  ]
}

/** What was kept from her or waits, as one line for each reason with its number and without any subject. */
export function reasonLines(words: Words, counted: readonly Counted[], missed: readonly LeftOut[]): string[] {
  const kept = [
    ...counted.flatMap((one) => {
      const { topic, reason, count } = one
      const fate = fateOf(one)
      return one.isDigest || topic === null || came(fate) ? [] : [{ topic, fate, reason, count }]
    }),
    ...missed.map(({ topic, reason }) => ({ topic, fate: 'not-sent' as const, reason, count: 1 })),
  ]
  return [...Map.groupBy(kept, groupName).values()].flatMap((group) => {
    const [first] = group
    const count = group.reduce((sum, one) => sum + one.count, 0)
    return first ? [groupText(words, first, count)] : []
  })
}

function fateFor({ state, reason, digest }: RecordRow): Fate {
  return fateOf({ state, reason, inDigest: digest !== null })
}

/** A mail of its own that came, or may have. */
function sentAs(row: RecordRow): 'sent' | 'unsure' | 'on-its-way' {
  const fate = fateFor(row)
  return fate === 'sent' || fate === 'unsure' ? fate : 'on-its-way'
}

function came(fate: Fate): boolean {
  return fate === 'sent' || fate === 'unsure' || fate === 'on-its-way'
}

function keptRow(row: RecordRow): Kept[] {
  const fate = fateFor(row)
  if (row.isDigest || row.topic === null || came(fate) || fate === 'in-digest') return []
  const { message, topic, at, reason } = row
  return [{ message, subject: row.subject ?? '', topic, at, fate, reason }]
}

function mailLine(words: Words, row: RecordRow, items: readonly RecordRow[], links: RecordLinks): RecordLine {
  const fate = sentAs(row)
  const title = row.isDigest ? words.say('record.digest', { count: items.length }) : (row.subject ?? '')
  const url = links.why(row)
  const why = row.isDigest ? words.say('record.why') : words.say('record.why.of', { subject: title })
  return {
    date: { text: words.day(row.at), iso: row.at },
    tag: { text: words.say(`record.tag.${fate}`), look: fate === 'sent' ? 'now' : 'later' },
    title,
    note: row.topic === null ? '' : words.say('record.about', { topic: words.topic(row.topic) }),
    why: url === null ? null : { label: why, url },
    behind: items.length === 0 ? null : behindOf(words, 'record.digest.show', items, links),
  }
}

/** By the reason it is told under, and by topic where the reason is about one. */
function groupName(one: Reasoned): string {
  const key = groupKey(one)
  return aboutTopic.has(key) ? `${key} ${one.topic}` : key
}

function groupText(words: Words, one: Reasoned, count: number): string {
  const key = groupKey(one)
  return words.say(key, { count, ...(aboutTopic.has(key) ? { topic: words.topic(one.topic) } : {}) })
}

const aboutTopic: ReadonlySet<TextKey> = new Set<TextKey>([
  'record.group.topic',
  'record.group.not_asked',
  'record.group.unconfirmed',
])

const reasonKeys: Readonly<Record<string, TextKey>> = {
  paused: 'record.group.paused',
  stopped: 'record.group.stopped',
  topic: 'record.group.topic',
  not_asked: 'record.group.not_asked',
  unconfirmed: 'record.group.unconfirmed',
  channel: 'record.group.channel',
  complained: 'record.group.complained',
  do_not_contact: 'record.group.do_not_contact',
  erased: 'record.group.erased',
  bounced: 'record.group.bounced',
  no_wording: 'record.group.no_wording',
  consent_expired: 'record.group.consent_expired',
  no_language: 'record.group.no_language',
  expired_before_slot: 'record.group.expired_before_slot',
}

const waitKeys: Readonly<Record<string, TextKey>> = {
  digest: 'record.group.waits.digest',
  cap_reached: 'record.group.waits.cap_reached',
  quiet_hours: 'record.group.waits.quiet_hours',
}

function groupKey({ fate, reason }: Reasoned): TextKey {
  if (fate === 'in-digest') return 'record.group.digest'
  if (fate === 'waits') return waitKeys[reason ?? ''] ?? 'record.group.waits.other'
  if (fate === 'refused') return 'record.group.refused'
  if (fate === 'called-back') return 'record.group.called-back'
  return reasonKeys[reason ?? ''] ?? 'record.group.changedMind'
}

function keptLine(words: Words, group: readonly Kept[], links: RecordLinks): RecordLine {
  const [first] = group
  if (!first) throw new Error('a group has at least one member')
  return {
    date: null,
    tag: { text: words.say(`record.tag.${tagOf(first.fate)}`), look: first.fate === 'waits' ? 'later' : 'never' },
    title: groupText(words, first, group.length),
    note: '',
    why: null,
    behind: behindOf(words, 'record.show', group, links),
  }
}

function tagOf(fate: Fate): 'waits' | 'refused' | 'called-back' | 'not-sent' {
  return fate === 'waits' || fate === 'refused' || fate === 'called-back' ? fate : 'not-sent'
}

function behindOf(
  words: Words,
  key: 'record.show' | 'record.digest.show',
  items: readonly Pick<RecordRow, 'message' | 'subject' | 'at'>[],
  links: RecordLinks,
): Behind {
  return {
    summary: words.say(key, { count: items.length }),
    items: items.map(({ message, subject, at }) => ({
      text:
        key === 'record.show'
          ? words.say('record.item', { date: words.day(at), subject: subject ?? '' })
          : (subject ?? ''),
      url: message === null ? null : links.read(message),
    })),
  }
}
