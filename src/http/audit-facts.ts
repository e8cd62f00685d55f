import type { StandingShown } from '../actions/read-standing.ts'
import type { StandingAt } from '../actions/standing-at.ts'
import { textList } from '../domain/catalogue.ts'
import { staffLanguage, staffList, staffText, type StaffTextKey } from '../domain/staff-catalogue.ts'
import type { Cell, StaffPart } from '../staff-views.ts'
import { entryUrl, kindName, wordingKindName } from './audit-words.ts'
import { fieldOf } from './site.ts'

/** What it rests on, what they saw and did, when it was recorded and said, and what came next. */
export function standingFacts(shown: StandingShown, standing: StandingAt): StaffPart {
  const { entry, recordedAt, kind, did, way, next } = standing
  const { count } = shown.sent
  return {
    kind: 'facts',
    facts: [
      fact('staff.audit.at.rests', [
        entryLink(entry),
        { text: way === null ? kindName(kind) : staffList([kindName(kind), wayName(way)]) },
      ]),
      fact('staff.audit.at.saw', sawCells(shown, standing)),
      fact('staff.audit.at.did', [...did.map((text) => ({ text })), ...formCells(shown, standing)]),
      fact('staff.audit.at.recorded', [{ text: recordedAt }]),
      fact('staff.audit.at.said', saidCells(standing)),
      fact('staff.audit.at.sent', [
        { text: staffText('staff.audit.at.sent.count', { count }), ...(count > 0 && { url: '#sent' }) },
        ...withinCells(shown),
      ]),
      ...(next
        ? [
            fact('staff.audit.at.next', [
              entryLink(next.entry),
              { text: staffList([next.at, kindName(next.kind)]) },
              ...next.did.map((text) => ({ text })),
            ]),
          ]
        : []),
    ],
  }
}

function fact(key: StaffTextKey, values: Cell[]): { name: string; values: Cell[] } {
  return { name: staffText(key), values }
}

function entryLink(entry: number): Cell {
  return { text: staffText('staff.audit.at.entry', { entry }), url: entryUrl(entry) }
}

function sawCells({ wording }: StandingShown, standing: StandingAt): Cell[] {
  if (standing.wording === null) return [{ text: staffText('staff.audit.at.saw.none') }]
  if (wording === null) {
    return [{ text: staffText('staff.audit.at.saw.missing') }, { text: standing.wording, look: 'code' }]
  }
  const { hash, version, language, before } = wording
  const url = `/audit/wording/${hash}`
  const values = { kind: wordingKindName(wording.kind), version, language }
  if (standing.evidence === 'attested') {
    return [
      { text: staffText('staff.audit.at.saw.attested', { ...values, by: declaredBy(standing) }) },
      { text: staffText('staff.audit.at.saw.declared'), url },
    ]
  }
  const changed = { text: staffText('staff.audit.at.saw.changed', { version: version - 1 }), url: `${url}#difference` }
  return [
    { text: staffText('staff.audit.at.saw.seen', values) },
    { text: staffText('staff.audit.at.saw.exactly'), url },
    ...(before === null ? [] : [changed]),
  ]
}

/** Who attests it, by the name that the entry keeps. */
function declaredBy({ details }: StandingAt): string {
  return fieldOf(details, 'by') ?? staffText('staff.audit.at.saw.somebody')
}

/** What stood on the form, and what was left ticked: order and defaults are part of what was seen. */
function formCells({ topics }: StandingShown, { form }: StandingAt): Cell[] {
  const names = (ids: readonly number[]) =>
    ids.length === 0
      ? staffText('staff.audit.at.none')
      : textList(
          staffLanguage(),
          ids.map((id) => topics.find((topic) => topic.id === id)?.name ?? String(id)),
        )
  if (form === null) return []
  return [
    { text: staffText('staff.audit.at.shown', { topics: names(form.shown) }) },
    {
      text:
        form.preticked === null
          ? staffText('staff.audit.at.pretickedUnknown')
          : staffText('staff.audit.at.preticked', { topics: names(form.preticked) }),
    },
    { text: staffText('staff.audit.at.ticked', { topics: names(form.ticked) }) },
  ]
}

const ways = ['page', 'stop-page', 'one-click', 'undo', 'staff', 'start', 'confirm'] as const

function wayName(way: string): string {
  const known = ways.find((one) => one === way)
  return known ? staffText(`staff.audit.way.${known}`) : staffText('staff.audit.way.other', { way })
}

/** When it was said; an import tells of another time than that at which it was recorded. */
function saidCells({ kind, entry, answers }: StandingAt): Cell[] {
  const told = answers.filter((answer) => answer.entry === entry).map(({ confirmedAt, at }) => confirmedAt ?? at)
  const times = [...new Set(told)].toSorted()
  if (kind !== 'imported' || times.length === 0) return [{ text: staffText('staff.audit.at.saidSame') }]
  return times.map((time) => ({ text: staffText('staff.audit.at.saidAs', { time }) }))
}

/** Whether each of them was within what held at its moment, by the same gate. */
function withinCells({ sent }: StandingShown): Cell[] {
  const { checked, against, couldNotCheck } = sent.against
  const unchecked = staffText('staff.audit.at.unchecked', { count: couldNotCheck })
  return [
    ...(against > 0 ? [{ text: staffText('staff.audit.at.against', { against, checked }) }] : []),
    ...(against === 0 && checked > 0 ? [{ text: staffText('staff.audit.at.within', { count: checked }) }] : []),
    ...(couldNotCheck > 0 ? [{ text: unchecked }] : []),
  ]
}
