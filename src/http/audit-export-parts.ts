import type { DeskExport } from '../actions/audit-exports.ts'
import { staffList, staffText } from '../domain/staff-catalogue.ts'
import type { Topic } from '../domain/topic.ts'
import type { StaffField, StaffPart } from '../staff-views.ts'
import type { ListedExport } from '../store/exports.ts'
import { entryCell } from './audit-words.ts'

/** What was written into the form of an export. */
export type TypedOrder = {
  from: string
  to: string
  topic: string
  campaign: string
  person: string
  payloads: boolean
  destroy: string
}

/** The form in which an export is ordered. */
export function exportForm(
  seal: string,
  topics: readonly Topic[],
  typed: TypedOrder,
  fault: { field: string; label: string } | null,
): StaffPart {
  const base = (name: string, label: string, hint = '') => {
    return { name, label, hint, error: fault?.field === name ? fault.label : '' }
  }
  const all = { value: '', label: staffText('staff.audit.export.topic.all') }
  const options = [all, ...topics.map(({ slug, name }) => ({ value: slug, label: name }))]
  const inputs: StaffField[] = [
    { ...base('from', staffText('staff.audit.export.from')), type: 'date', value: typed.from },
    { ...base('to', staffText('staff.audit.export.to')), type: 'date', value: typed.to },
    {
      ...base('topic', staffText('staff.audit.export.topic')),
      type: 'select',
      value: typed.topic,
      options: options.map((one) => ({ ...one, chosen: one.value === typed.topic })),
    },
    {
      ...base('campaign', staffText('staff.audit.export.campaign'), staffText('staff.audit.export.campaign.hint')),
      type: 'text',
      value: typed.campaign,
      autocomplete: 'off',
    },
    {
      ...base('person', staffText('staff.audit.export.person'), staffText('staff.audit.export.person.hint')),
      type: 'text',
      value: typed.person,
      autocomplete: 'off',
    },
    {
      ...base('payloads', staffText('staff.audit.export.payloads')),
      type: 'tick',
      value: 'yes',
      ticked: typed.payloads,
    },
    {
      ...base('destroy', staffText('staff.audit.export.destroy'), staffText('staff.audit.export.destroy.hint')),
      type: 'date',
      value: typed.destroy,
    },
  ]
  const fields = [{ name: 'seal', value: seal }]
  const button = staffText('staff.audit.export.make')
  return { kind: 'form', form: { method: 'post', action: '/audit/export', fields, inputs, button, look: 'primary' } }
}

/** The register of what left the house. Whom an export is about is not said here. */
export function registerTable(exports: readonly ListedExport[]): StaffPart {
  return {
    kind: 'table',
    caption: staffText('staff.audit.export.register'),
    columns: [
      { label: staffText('staff.audit.export.entry'), look: 'number' },
      { label: staffText('staff.audit.export.when') },
      { label: staffText('staff.audit.export.what') },
      { label: staffText('staff.audit.export.by') },
      { label: staffText('staff.audit.export.destroyBy') },
    ],
    rows: exports.map((one) => [
      entryCell(one.entry),
      { text: one.at, look: 'time' },
      { text: whatWas(one) },
      one.by === null ? { text: '–', look: 'muted' } : { text: one.by },
      { text: one.destroyBy, look: 'time' },
    ]),
    none: staffText('staff.audit.export.none'),
  }
}

/** "Some entries, from 2026-01-01…, with payloads". */
export function whatWas({ what, scope, person, withPayloads }: ListedExport | DeskExport): string {
  const limits = (['from', 'until', 'topic', 'campaign'] as const).flatMap((name) => {
    const value = scope[name]
    return value === null ? [] : [staffText(`staff.audit.export.limit.${name}`, { value })]
  })
  return staffList([
    staffText(`staff.audit.export.kind.${what}`),
    ...limits,
    ...(person !== null && what !== 'proof' ? [staffText('staff.audit.export.limit.person')] : []),
    staffText(withPayloads ? 'staff.audit.export.with' : 'staff.audit.export.without'),
  ])
}
