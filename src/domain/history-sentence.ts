import { text, textDate, textList, textName, type TextKey } from './catalogue.ts'
import { channels, notAsked, type Channel, type Choices } from './choices.ts'
import { changes } from './choice-differences.ts'
import type { EntryKind } from './ledger-entry.ts'
import { termsOf, type Pace } from './pace.ts'
import type { Topic } from './topic.ts'

/**
 * What an entry's payload says, as far as it can be read. `before` is null for the first entry about somebody, `after` for
 * an entry that changed no choices; `mail` is the one whose link she used, null for none.
 */
export type Happening = {
  kind: EntryKind
  before: Choices | null
  after: Choices | null
  way: string | null
  purpose: string | null
  format: string | null
  reason: string | null
  what: string | null
  mail: { subject: string | null; at: string } | null
}

export type HistoryContext = { locale: string; zone: string; brand: string; topics: readonly Topic[] }

/** One entry in sentences: what happened, and by which way; empty where there is nothing to say about that. */
export type Told = { did: string[]; from: string }

/** What happened, told to her. The same words on her history page, on a receipt and in her download. */
export function tell(happening: Happening, context: HistoryContext): Told {
  const { kind, before, after } = happening
  const changed = after === null ? [] : changesInWords(before, after, kind === 'imported', context)
  const did = [...opening(happening, context), ...changed]
  const nothing: TextKey = after === null ? 'history.other' : before === null ? 'history.given' : 'history.same'
  return { did: did.length > 0 ? did : [text(context.locale, nothing)], from: wayInWords(happening, context) }
}

const openings: Partial<Record<EntryKind, TextKey>> = {
  undone: 'history.undone',
  confirmed: 'history.confirmed',
  renewed: 'history.renewed',
  expired: 'history.expired',
  bounced: 'history.bounced',
  complained: 'history.complained',
  'do-not-contact': 'history.doNotContact',
  corrected: 'history.corrected',
  erased: 'history.erased',
}

function opening(happening: Happening, { locale, brand }: HistoryContext): string[] {
  const { kind, way, format, reason, what } = happening
  if (kind === 'imported') {
    if (way === 'staff') return [text(locale, 'history.imported.staff', { brand })]
    if (happening.before !== null) return []
    const from: TextKey =
      format === 'mailchimp' || format === 'listmonk' ? `history.imported.${format}` : 'history.imported'
    return [text(locale, from)]
  }
  if (kind === 'looked-at') {
    return [reason === null ? text(locale, 'history.looked-at') : text(locale, 'history.looked-at.reason', { reason })]
  }
  if (kind === 'exported') return [text(locale, what === 'her data' ? 'history.exported.hers' : 'history.exported')]
  const key = openings[kind]
  return key ? [text(locale, key)] : []
}

/** Each part of her choices that differs, in a sentence of its own. `imported`: it is not she who said it here. */
function changesInWords(was: Choices | null, after: Choices, imported: boolean, context: HistoryContext): string[] {
  const { locale, zone } = context
  const before = was ?? notAsked()
  const fields = new Set<string>(changes(before, after))
  const said: string[] = []
  if (fields.has('stopped')) {
    const stopped: TextKey = imported ? 'history.imported.stopped' : 'history.stopped'
    said.push(text(locale, after.stopped ? stopped : 'history.started'))
  }
  if (fields.has('paused')) {
    const until = after.paused?.until
    said.push(
      until
        ? text(locale, 'history.paused', { date: textDate(locale, new Date(until), zone) })
        : text(locale, 'history.resumed'),
    )
  }
  said.push(...answersInWords(before, after, imported, context))
  if (fields.has('pace')) said.push(paceChange(was, after, imported, locale))
  said.push(...ownPaces(before, after, context))
  said.push(...channelsInWords(before, after, locale))
  if (fields.has('quiet')) {
    said.push(after.quiet ? text(locale, 'history.quiet', after.quiet) : text(locale, 'history.quiet.none'))
  }
  if (fields.has('language') && !imported) said.push(text(locale, 'history.language'))
  if (fields.has('timeZone') && !imported && after.timeZone !== null) {
    said.push(text(locale, 'history.timeZone', { zone: after.timeZone }))
  }
  return said
}

type AnswerKey = 'yes' | 'yes.again' | 'no' | 'pending' | 'unasked'

function answersInWords(before: Choices, after: Choices, imported: boolean, context: HistoryContext): string[] {
  const { locale, topics } = context
  const ids = [...new Set([...Object.keys(before.topics), ...Object.keys(after.topics)])]
  const groups = Map.groupBy(ids, (id) => answerKey(before.topics[id], after.topics[id]))
  const order: readonly AnswerKey[] = ['yes', 'pending', 'yes.again', 'no', 'unasked']
  return order.flatMap((key) => {
    const group = groups.get(key)
    if (!group) return []
    const names = group.map((id) => textName(locale, topics.find((topic) => String(topic.id) === id)?.name ?? id))
    const told: TextKey = imported && (key === 'yes' || key === 'no') ? `history.imported.${key}` : `history.${key}`
    return [text(locale, told, { topics: textList(locale, names) })]
  })
}

/** What was said about a topic; null where the answer is what it was, whatever its pace. */
function answerKey(was: Choices['topics'][string] | undefined, is: typeof was): AnswerKey | null {
  if (is === undefined) return was === undefined ? null : 'unasked'
  if (is.answer !== was?.answer) return is.answer
  return is.answer === 'yes' && is.basis?.confirmedAt !== was.basis?.confirmedAt ? 'yes.again' : null
}

function paceChange(before: Choices | null, after: Choices, imported: boolean, locale: string): string {
  const pace = paceInWords(after.pace, locale)
  if (imported) return text(locale, 'history.imported.pace', { pace })
  if (before === null || after.pace === before.pace) return text(locale, 'history.pace.first', { pace })
  return text(locale, 'history.pace', { pace, before: paceInWords(before.pace, locale) })
}

function ownPaces(before: Choices, after: Choices, { locale, topics }: HistoryContext): string[] {
  const inWords = (pace: Pace | null) =>
    pace === null ? text(locale, 'history.pace.asTheRest') : paceInWords(pace, locale)
  return topics.flatMap(({ id, name }) => {
    const [was, is] = [before.topics[id]?.pace ?? null, after.topics[id]?.pace ?? null]
    if (was === is || !after.topics[id]) return []
    const values = { topic: textName(locale, name), pace: inWords(is), before: inWords(was) }
    return [text(locale, 'history.pace.own', values)]
  })
}

function channelsInWords(before: Choices, after: Choices, locale: string): string[] {
  const changed = channels.filter((channel) => before.channels[channel] !== after.channels[channel])
  const groups = Map.groupBy(changed, (channel) => after.channels[channel] ?? 'unasked')
  const names = (group: readonly Channel[]) =>
    textList(
      locale,
      group.map((channel) => text(locale, `channel.${channel}`)),
    )
  return (['yes', 'no', 'unasked'] as const).flatMap((said) => {
    const group = groups.get(said)
    return group ? [text(locale, `history.channels.${said}`, { channels: names(group) })] : []
  })
}

/** A pace as it stands inside a sentence. */
function paceInWords(pace: Pace, locale: string): string {
  const terms = termsOf(pace)
  if (terms.kind === 'as-it-happens') return text(locale, 'history.pace.as-it-happens')
  if (terms.kind === 'digest') return text(locale, `history.pace.digest-${terms.period}`)
  return text(locale, `history.pace.cap-${terms.period}`, { limit: terms.limit })
}

function wayInWords({ way, purpose, mail }: Happening, { locale, zone, brand }: HistoryContext): string {
  if (way === 'one-click') {
    return mail?.subject
      ? text(locale, 'history.from.one-click.mail', { subject: mail.subject })
      : text(locale, 'history.from.one-click')
  }
  if (way === 'staff') return text(locale, 'history.from.staff', { brand })
  if (way === 'start' || way === 'confirm' || way === 'undo') return text(locale, `history.from.${way}`)
  if (way !== 'page' && way !== 'stop-page') return ''
  if (mail?.subject) return text(locale, 'history.from.mail', { subject: mail.subject })
  if (mail) {
    return text(locale, 'history.from.digest', { date: textDate(locale, new Date(mail.at), zone) })
  }
  return purpose === 'session' ? text(locale, 'history.from.session') : text(locale, `history.from.${way}`)
}
