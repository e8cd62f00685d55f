/**
 * What was sent about a topic: how many messages in the last twelve weeks, since when there are any (ISO, null for never),
 * and how many a month its maker expects, if that was said.
 */
export type TopicVolume = { topic: number; sent: number; since: string | null; expected: number | null }

/** How many emails a month a topic brings: counted, or expected while there is less than four weeks to count from. */
export type Volume = { kind: 'counted'; monthly: number } | { kind: 'new'; expected: number | null }

const weekMs = 7 * 86_400_000
const countedWeeks = 12
const fewestWeeks = 4
const weeksInMonth = 365.25 / 12 / 7

/** The real mean of the last twelve weeks, or of all weeks where there are fewer; never what somebody typed in, once there is any. */
export function volumeOf({ sent, since, expected }: TopicVolume, now: Date): Volume {
  const weeks = since === null ? 0 : (now.getTime() - Date.parse(since)) / weekMs
  if (!(weeks >= fewestWeeks)) return { kind: 'new', expected }
  return { kind: 'counted', monthly: (sent / Math.min(weeks, countedWeeks)) * weeksInMonth }
}

/** What several topics bring together; null where one of them cannot be told. */
export function volumeTogether(volumes: readonly Volume[]): number | null {
  const monthly = volumes.map((volume) => (volume.kind === 'counted' ? volume.monthly : volume.expected))
  return monthly.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0)
}
