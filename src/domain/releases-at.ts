import { appendRecent, type Release } from './recent.ts'

/** One release as the record tells it. `takenBack` is the ISO instant since which it no longer counts, null for none. */
export type RecordedRelease = Release & { takenBack: string | null }

/**
 * Her recent releases as they stood at an instant, newest first: what was released before and not yet taken back. A
 * release bears the instant of the verdict that led to it, which did not count it.
 */
export function releasesAt(recorded: readonly RecordedRelease[], at: Date): Release[] {
  const counted = recorded.filter(
    (one) => Date.parse(one.at) < at.getTime() && !(one.takenBack && Date.parse(one.takenBack) <= at.getTime()),
  )
  const oldestFirst = counted.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  let recent: Release[] = []
  for (const { at: released, topic, delivery } of oldestFirst)
    recent = appendRecent(recent, { at: released, topic, delivery }, new Date(released))
  return recent
}
