/** A delivery as its row tells it now. `releasedAt` is the ISO instant of its newest release, null for none. */
export type DeliveryRow = {
  id: string
  person: string
  message: string | null
  state: string
  releasedAt: string | null
}

/**
 * What the record says of one release of it, or of what became of that; `entry` is the seal's, null where it waits for one.
 * `mail` is what carried it, `version` numbers the choices that it was judged by.
 */
export type ReleaseTold = {
  entry: number | null
  at: string
  mail: string
  message: string | null
  person: string
  version: number
}
export type OutcomeTold = { entry: number | null; at: string; released: string | null; outcome: string }

/** What a delivery may have become since its release ended so, without another. */
const mayFollow: Readonly<Record<string, readonly string[]>> = {
  sent: ['sent'],
  refused: ['refused'],
  unknown: ['unknown'],
  deferred: ['deferred', 'held', 'held_back', 'cancelled'],
  held: ['held', 'held_back', 'cancelled'],
  held_back: ['held_back'],
  cancelled: ['cancelled'],
}

/**
 * What the row of a delivery says otherwise than the record of its releases and outcomes; null where they agree. Its newest
 * release is in exactly one seal (or waits for it), names the same person and message, and ended as the row says.
 */
export function deliveryFault(
  row: DeliveryRow,
  releases: readonly ReleaseTold[],
  outcomes: readonly OutcomeTold[],
): { entry: number | null; reason: string } | null {
  const bad = (entry: number | null, reason: string) => ({ entry, reason: `delivery ${row.id} ${reason}` })
  const other = releases.find((one) => one.person !== row.person || one.message !== row.message)
  if (other) return bad(other.entry, 'was released to somebody else, or with something else, than its row says')
  if (row.releasedAt === null) {
    const [first] = releases
    if (first) return bad(first.entry, 'was released, and its row says that it never was')
    const waits = ['held', 'held_back', 'cancelled'].includes(row.state)
    return waits ? null : bad(null, `is ${row.state}, and there is no release of it`)
  }
  const newest = releases.filter((one) => one.at === row.releasedAt)
  if (newest.length !== 1) return bad(newest[0]?.entry ?? null, `has a release that is in ${newest.length} seals`)
  const told = outcomes.filter((one) => one.released === row.releasedAt)
  const last = told.toSorted((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : (a.entry ?? Infinity) - (b.entry ?? Infinity),
  )
  const ended = last.at(-1)
  const may = ended ? (mayFollow[ended.outcome] ?? []) : ['released']
  if (may.includes(row.state)) return null
  return bad(
    ended?.entry ?? newest[0]?.entry ?? null,
    `is ${row.state}, and the record says ${ended?.outcome ?? 'released'}`,
  )
}
