import { serviceKinds, serviceRegister } from '../domain/service-register.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { insertServiceKinds, lockServiceKinds, recordedServiceKinds } from '../store/service-kinds.ts'
import type { House } from './house.ts'

/** Records each kind of service mail that came into the register since the last start, with its ground: an entry each. */
export async function recordServiceKinds(house: House): Promise<void> {
  const { sql } = house.database
  if (isComplete(await recordedServiceKinds(sql))) return
  await sql.begin(async (tx) => {
    await lockServiceKinds(tx)
    const known = await recordedServiceKinds(tx)
    if (isComplete(known)) return
    const added = serviceKinds.filter((kind) => !known.has(kind))
    const rows = added.map((kind) => ({ kind, ground: serviceRegister[kind] }))
    const head = await lockHead(tx)
    await appendEntries(
      tx,
      head,
      rows.map((payload) => ({ kind: 'service-kind-added', topics: [], wording: null, person: null, payload })),
    )
    await insertServiceKinds(tx, head.size + 1, rows)
  })
}

function isComplete(known: ReadonlySet<string>): boolean {
  return serviceKinds.every((kind) => known.has(kind))
}
