import type { House } from '../../src/actions/house.ts'
import { canonicalJson } from '../../src/domain/canonical-json.ts'
import { rootOfAll } from '../../src/domain/merkle-path.ts'
import { mostInSeal, sealLeaf } from '../../src/domain/seal.ts'

/** What is wrong with the seals: something waits for one, or is in none, or in two; a seal is too large, or no longer fits. */
export async function sealFaults(house: House): Promise<string[]> {
  const { sql } = house.database
  const faults: string[] = []
  const [waits] = await sql<{ n: number }[]>`select count(*)::int as n from unsealed`
  if (waits?.n !== 0) faults.push(`${waits?.n} batches wait`)
  const told = (kind: string) => sql`
    select delivery, record::jsonb as r from sealed join seals using (entry) where kind = ${kind}`
  const [releases] = await sql<{ none: number; two: number }[]>`
    select count(*) filter (where n = 0)::int as none, count(*) filter (where n > 1)::int as two from (
      select count(s.delivery) as n from deliveries d
        left join (${told('released')}) s on s.delivery = d.id and s.r ->> 'at' = utc_text(d.released_at)
      where d.released_at is not null group by d.id) as counted`
  if (releases?.none !== 0 || releases.two !== 0) faults.push(`releases: ${JSON.stringify(releases)}`)
  const [outcomes] = await sql<{ n: number }[]>`
    select count(*)::int as n from deliveries d where d.state in ('sent', 'refused', 'unknown') and not exists (
      select from (${told('outcomes')}) s where s.delivery = d.id and s.r ->> 'outcome' = d.state)`
  if (outcomes?.n !== 0) faults.push(`${outcomes?.n} outcomes are in no seal`)
  const seals = await sql<{ entry: string; leaves: Buffer; payload: string; body: string }[]>`
    select s.entry, s.leaves, p.payload, e.body from seals s join payloads p on p.number = s.entry join entries e on e.number = s.entry`
  for (const { entry, leaves, payload } of seals) {
    const hashes = leaves.toString('hex').match(/.{64}/g) ?? []
    const { count, root } = JSON.parse(payload) as { count: number; root: string }
    if (hashes.length !== count || count > mostInSeal || rootOfAll(hashes) !== root) faults.push(`seal ${entry}`)
    const kept = await sql<{ leaf: number; salt: Buffer; record: string }[]>`
      select leaf, salt, record from sealed where entry = ${entry}`
    for (const one of kept) {
      if (sealLeaf(one.record, one.salt) !== hashes[one.leaf]) faults.push(`leaf ${one.leaf}`)
      if (canonicalJson(JSON.parse(one.record)) !== one.record) faults.push(`record ${one.record} is not canonical`)
    }
  }
  return faults
}

/** How many entries of a kind there are. */
export async function entriesOfKind(house: House, kind: string): Promise<number> {
  const [row] = await house.database.sql<{ n: number }[]>`
    select count(*)::int as n from entries where body::jsonb ->> 'kind' = ${kind}`
  return row?.n ?? 0
}
