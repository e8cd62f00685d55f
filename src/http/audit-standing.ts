import type { StandingShown } from '../actions/read-standing.ts'
import type { StandingAt } from '../actions/standing-at.ts'
import { maskedAddress } from '../domain/address.ts'
import type { AsOfFields } from '../domain/as-of.ts'
import { text, textDate, textTime } from '../domain/catalogue.ts'
import { happeningIn } from '../domain/happening.ts'
import { tell } from '../domain/history-sentence.ts'
import { lookEnds } from '../domain/look.ts'
import { staffLanguage, staffText } from '../domain/staff-catalogue.ts'
import type { StaffPart } from '../staff-views.ts'
import type { HerEntry } from '../store/her-history.ts'
import type { Look } from '../store/looks.ts'
import { standingFacts } from './audit-facts.ts'
import { entryCell, kindName, proofVerdicts } from './audit-words.ts'

/** What a page about one person as of one instant is made of. */
export type StandingPage = {
  shown: StandingShown
  person: string
  at: Date
  below: number | null
  zone: string
  brand: string
  seal: string
}

/** Whom, when, and by which look. The address is masked: who asks has it. */
export function lookLine(
  { found }: StandingShown,
  { entry, at: since, reason }: Look,
  { at, zone }: { at: Date } & AsOfFields,
): StaffPart {
  const address = found.kind === 'standing' ? maskedAddress(found.standing.address) : '…'
  const local = textTime(staffLanguage(), at, zone)
  const until = lookEnds(since).toISOString().slice(11, 16)
  const values = { address, utc: at.toISOString(), local, zone, reason, entry, until }
  return { kind: 'text', lines: [staffText('staff.audit.at.look', values)], look: 'muted' }
}

/** The form that asks for another instant, by GET. */
export function asOfForm(
  person: string,
  { date, time, zone }: AsOfFields,
  fault: { field: string; label: string } | null,
): StaffPart {
  const input = (name: 'date' | 'time' | 'zone', type: 'date' | 'time' | 'text', value: string) => {
    const error = fault?.field === name ? fault.label : ''
    return { type, name, label: staffText(`staff.audit.at.${name}`), hint: '', error, value }
  }
  return {
    kind: 'form',
    form: {
      method: 'get',
      action: `/audit/person/${person}`,
      fields: [],
      inputs: [input('date', 'date', date), input('time', 'time', time), input('zone', 'text', zone)],
      button: staffText('staff.audit.at.show'),
      look: 'plain',
      inline: true,
    },
  }
}

/** Everything below the form. */
export function standingParts(page: StandingPage): StaffPart[] {
  const { found, evidence } = page.shown
  if (found.kind === 'could not check') {
    const key = found.reason === 'erased' ? 'staff.audit.at.erased' : 'staff.audit.at.unknown'
    return [{ kind: 'text', lines: [staffText(key)], look: 'lead' }, ...historyParts(page)]
  }
  const { standing } = found
  return [
    neighbours(page, standing),
    { kind: 'sentence', text: standing.sentence, note: inForce(standing) },
    standingFacts(page.shown, standing),
    ...(evidence ? [proofVerdicts(standing.entry, evidence)] : []),
    proofPress(page),
    {
      kind: 'links',
      links: [{ label: staffText('staff.audit.at.export'), url: `/audit/export?person=${page.person}` }],
    },
    answersTable(standing),
    mailsTable(page),
    ...historyParts(page),
  ]
}

/** A proof that somebody else can check: made by a press, with its entry. */
function proofPress({ person, seal }: StandingPage): StaffPart {
  const action = `/audit/person/${person}/proof`
  const fields = [{ name: 'seal', value: seal }]
  return {
    kind: 'presses',
    buttons: [{ action, label: staffText('staff.audit.at.proof'), look: 'primary', fields }],
  }
}

function inForce({ recordedAt, next, timeZone }: StandingAt): string {
  const day = (at: string) => textDate(staffLanguage(), new Date(at), timeZone)
  const from = day(recordedAt)
  return next
    ? staffText('staff.audit.at.inForce', { from, until: day(next.at) })
    : staffText('staff.audit.at.inForceStill', { from })
}

/** The moments just before this state began and when the next one did. */
function neighbours({ person }: StandingPage, { recordedAt, next }: StandingAt): StaffPart {
  const before = new Date(Date.parse(recordedAt) - 1).toISOString()
  return {
    kind: 'pages',
    label: staffText('staff.audit.at.pages'),
    earlier: { label: staffText('staff.audit.at.earlier'), url: atUrl(person, before) },
    later: next && { label: staffText('staff.audit.at.later'), url: atUrl(person, next.at) },
  }
}

function atUrl(person: string, at: string): string {
  return `/audit/person/${person}?${new URLSearchParams({ at }).toString()}`
}

function answersTable({ answers }: StandingAt): StaffPart {
  return {
    kind: 'table',
    caption: staffText('staff.audit.at.answers'),
    columns: [
      { label: staffText('staff.audit.at.answer.topic') },
      { label: staffText('staff.audit.at.answer.said') },
      { label: staffText('staff.audit.at.answer.since') },
      { label: staffText('staff.audit.at.answer.entry'), look: 'number' },
      { label: staffText('staff.audit.at.answer.basis') },
    ],
    rows: answers.map(({ name, answer, at, confirmedAt, entry, evidence, wording }) => [
      { text: name },
      { text: staffText(`staff.audit.answer.${answer}`) },
      { text: confirmedAt ?? at, look: 'time' },
      entryCell(entry),
      evidence === null || wording === null
        ? { text: '–', look: 'muted' }
        : { text: staffText(`staff.audit.basis.${evidence}`), url: `/audit/wording/${wording}` },
    ]),
    none: staffText('staff.audit.at.answers.none'),
  }
}

function mailsTable({ shown: { sent } }: StandingPage): StaffPart {
  return {
    kind: 'table',
    id: 'sent',
    caption: staffText('staff.audit.at.mails'),
    columns: [
      { label: staffText('staff.audit.at.mail.when') },
      { label: staffText('staff.audit.at.mail.what') },
      { label: staffText('staff.audit.at.mail.state') },
      { label: staffText('staff.audit.at.mail.entry'), look: 'number' },
    ],
    rows: sent.mails.map(({ at, subject, state, entry }) => [
      { text: at, look: 'time' },
      { text: subject ?? staffText('staff.audit.at.mail.digest') },
      { text: text(staffLanguage(), `download.file.state.${state}`) },
      entryCell(entry),
    ]),
    none: staffText('staff.audit.at.mails.none'),
  }
}

function historyParts(page: StandingPage): StaffPart[] {
  const { entries, older } = page.shown.history
  const { person, at, below } = page
  const url = (before: number | null) =>
    `${atUrl(person, at.toISOString())}${before === null ? '' : `&before=${before}`}#history`
  return [
    { kind: 'heading', text: staffText('staff.audit.at.history'), id: 'history' },
    {
      kind: 'timeline',
      items: entries.map((entry) => historyItem(page, entry)),
      none: staffText('staff.audit.at.history.none'),
    },
    {
      kind: 'pages',
      label: staffText('staff.audit.at.history'),
      earlier: below === null ? null : { label: staffText('staff.audit.at.history.newer'), url: url(null) },
      later: older === null ? null : { label: staffText('staff.audit.at.history.older'), url: url(older) },
    },
  ]
}

/** One entry in the words of their own history. */
function historyItem({ person, shown, zone, brand }: StandingPage, one: HerEntry) {
  const { entry, payload, mail, number } = one
  const context = { locale: staffLanguage(), zone, brand, topics: shown.topics }
  const { did, from } = tell(happeningIn(entry.kind, payload, mail), context)
  const time = entry.at.toISOString()
  return {
    time,
    machine: time,
    text: [...did, from].filter((words) => words !== '').join(' '),
    note: staffText('staff.audit.at.history.note', { kind: kindName(entry.kind), entry: number }),
    link: { label: staffText('staff.audit.at.history.then'), url: atUrl(person, time) },
  }
}
