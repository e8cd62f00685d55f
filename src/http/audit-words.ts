import type { EntryEvidence } from '../actions/entry-evidence.ts'
import type { WordingVersion } from '../actions/read-wordings.ts'
import { textNumber } from '../domain/catalogue.ts'
import type { EntryKind } from '../domain/ledger-entry.ts'
import { parseVkey } from '../domain/signed-note.ts'
import { staffLanguage, staffText, type StaffTextKey } from '../domain/staff-catalogue.ts'
import type { Cell, StaffPart } from '../staff-views.ts'

/** A number as the desk writes it. */
export function counted(number: number): string {
  return textNumber(staffLanguage(), number)
}

/** A number in a table or beside a name, with where it leads. */
export function entryCell(number: number | null): Cell {
  return number === null
    ? { text: '–', look: 'muted' }
    : { text: counted(number), url: entryUrl(number), look: 'number' }
}

export function entryUrl(number: number): string {
  return `/audit/entry/${number}`
}

export function kindName(kind: EntryKind): string {
  return staffText(`staff.audit.kind.${kind}`)
}

/** "Sign-up page", "Text of another system". */
export function wordingKindName(kind: string): string {
  return staffText(`staff.audit.wording.kind.${kind}` as StaffTextKey)
}

/** "Sign-up page, version 7"; a text of another system has no versions. */
export function wordingName({ kind, version }: WordingVersion): string {
  const name = wordingKindName(kind)
  return kind === 'attested' ? name : staffText('staff.audit.wording.name', { kind: name, version })
}

/** What can be shown of an entry's place in the ledger, in words. What fails is said first and in full. */
export function proofVerdicts(entry: number, evidence: EntryEvidence): StaffPart {
  if (evidence.kind === 'open') {
    return { kind: 'verdicts', items: [{ text: staffText('staff.audit.proof.open'), look: 'open' }] }
  }
  if (evidence.kind === 'bad') {
    const lines = [
      staffText('staff.audit.proof.bad', { entry }),
      staffText(`staff.audit.proof.fault.${evidence.fault}`, { entry }),
    ]
    return { kind: 'verdicts', items: lines.map((text) => ({ text, look: 'bad' })) }
  }
  const { size, since, key } = evidence
  const vkey = parseVkey(key)
  const name = vkey.kind === 'vkey' ? `${vkey.vkey.name}+${vkey.vkey.keyId}` : key
  return {
    kind: 'verdicts',
    items: [
      { text: staffText('staff.audit.proof.included', { entry, size }), look: 'good' },
      { text: staffText('staff.audit.proof.since', { at: since.at }), look: 'good' },
      { text: staffText('staff.audit.proof.signed', { key: name }), look: 'good' },
      { text: staffText('staff.audit.proof.witness'), look: 'open' },
    ],
  }
}
