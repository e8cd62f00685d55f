import type { Choices } from './choices.ts'
import { csvRecord } from './csv.ts'
import { suppressionReasons, type SuppressionReason } from './suppression.ts'

/** The first row of our own format (docs/import.md). */
export const peopleHeader = csvRecord([
  'address',
  'status',
  'name',
  'language',
  'time_zone',
  'topics',
  'confirmed_at',
  'changed_at',
  'stopped_at',
  'reason',
])

/** Somebody as an export has her: `name` as she gave it, `spelling` her address. */
export type ExportedPerson = {
  spelling: string
  name: string
  choices: Choices
  suppressions: readonly SuppressionReason[]
}

/**
 * One person's row in our own format. It can say less than she chose and never more: a yes goes along with the oldest
 * confirmation among her topics, and without one where she pauses or wants no email, so that she arrives as not asked; who is
 * stopped or suppressed takes no topic along. @param topics short names by id.
 */
export function personRow(
  { spelling, name, choices, suppressions }: ExportedPerson,
  topics: ReadonlyMap<string, string>,
): string {
  const { stopped, paused, channels, language, timeZone, choseAt } = choices
  const suppressed = suppressionReasons.find((reason) => suppressions.includes(reason)) ?? null
  const status = suppressed ? 'suppressed' : stopped ? 'stopped' : 'subscribed'
  const mayCarry = status === 'subscribed' && paused === null && channels.email === 'yes'
  const yes = mayCarry
    ? Object.entries(choices.topics).flatMap(([id, { answer, basis }]) => {
        const slug = topics.get(id)
        return answer === 'yes' && basis && slug !== undefined ? [{ slug, confirmedAt: basis.confirmedAt }] : []
      })
    : []
  const oldest = yes.map(({ confirmedAt }) => new Date(confirmedAt).toISOString()).toSorted()[0]
  return csvRecord([
    spelling,
    status,
    name,
    language,
    timeZone,
    yes.map(({ slug }) => slug).join(','),
    oldest ?? null,
    choseAt,
    stopped?.at ?? null,
    suppressed ?? stopped?.reason ?? null,
  ])
}
