import type { Test } from 'tap'
import type { House } from '../../src/actions/house.ts'
import { parseEntryBody } from '../../src/domain/ledger-entry.ts'
import { appendLeaf, emptyFrontier, leafHash, rootOf } from '../../src/domain/merkle.ts'

/**
 * Re-verifies the whole ledger from its stored bodies: every journey ends with it. Numbers without gaps, times that never
 * fall, leaves that fit, a head that is the root of all, and choices that stand on the newest entry of each person.
 */
export async function verifyWholeLedger(t: Test, house: House): Promise<void> {
  const { sql } = house.database
  const entries = await sql<
    { number: string; body: string; leaf: string }[]
  >`select number, body, leaf from entries order by number`
  let frontier = emptyFrontier
  let at = ''
  for (const [index, entry] of entries.entries()) {
    const parsed = parseEntryBody(entry.body)
    t.ok(
      parsed.kind === 'entry' && parsed.entry.number === index + 1 && Number(entry.number) === index + 1,
      `entry ${index + 1} is in its place`,
    )
    if (parsed.kind === 'entry') {
      const time = new Date(parsed.entry.at).toISOString()
      t.ok(time >= at, `entry ${index + 1} is not earlier than the one before`)
      at = time
    }
    t.equal(leafHash(entry.body), entry.leaf, `leaf ${index + 1} is the hash of its body`)
    frontier = appendLeaf(frontier, entry.leaf)
  }
  const [head] = await sql<{ size: string; frontier: string[] }[]>`select size, frontier from ledger_head`
  t.equal(Number(head?.size), entries.length, 'the head counts every entry')
  t.equal(
    rootOf({ size: Number(head?.size), hashes: head?.frontier ?? [] }),
    rootOf(frontier),
    'the head is the root of all entries',
  )
  const [stray] = await sql<{ n: number }[]>`
    select count(*)::int as n from people p
    where p.choices is distinct from (select (payload::jsonb -> 'after') from payloads where person = p.id and payload::jsonb ? 'after' order by number desc limit 1)`
  t.equal(stray?.n, 0, 'everybody’s choices are what the newest entry about them says')
}
