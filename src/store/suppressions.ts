import type { Channel } from '../domain/choices.ts'
import type { SuppressionReason } from '../domain/suppression.ts'
import type { Sql, Transaction } from './database.ts'

/** Reasons stored against each of the given fingerprints; a fingerprint without any is missing from the map. */
export async function suppressionsOf(
  sql: Sql,
  channel: Channel,
  fingerprints: readonly string[],
): Promise<Map<string, SuppressionReason[]>> {
  const rows = await sql<{ fingerprint: string; reasons: SuppressionReason[] }[]>`
    select fingerprint, array_agg(reason) as reasons from suppressions
    where channel = ${channel} and fingerprint = any (${fingerprints as string[]}) group by fingerprint`
  return new Map(rows.map((row) => [row.fingerprint, row.reasons]))
}

/**
 * Suppresses addresses for one reason, in one statement. Whoever writes a suppression has locked the person first.
 * `at` are ISO instants. @returns the fingerprints that did not have that suppression before.
 */
export async function suppress(
  tx: Transaction,
  channel: Channel,
  reason: SuppressionReason,
  source: string,
  rows: readonly { fingerprint: string; at: string }[],
): Promise<string[]> {
  if (rows.length === 0) return []
  const added = await tx<{ fingerprint: string }[]>`
    insert into suppressions (channel, fingerprint, reason, source, at)
    select ${channel}, f, ${reason}, ${source}, a
    from unnest(${rows.map((row) => row.fingerprint)}::text[], ${rows.map((row) => row.at)}::text[]::timestamptz[]) as t (f, a)
    on conflict do nothing returning fingerprint`
  return added.map((row) => row.fingerprint)
}

/** Takes one reason off an address again, where there is one: its owner asked for it. Whoever lifts it has locked the person first. */
export async function liftSuppression(
  tx: Transaction,
  channel: Channel,
  fingerprint: string,
  reason: SuppressionReason,
): Promise<void> {
  await tx`delete from suppressions where channel = ${channel} and fingerprint = ${fingerprint} and reason = ${reason}`
}

/** An address as a list of suppressions shows it: by its fingerprint, and since when (ISO). */
export type SuppressedAddress = { fingerprint: string; at: string }

export async function countSuppressed(sql: Sql, reason: SuppressionReason): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from suppressions where channel = 'email' and reason = ${reason}`
  return row?.n ?? 0
}

/** The newest addresses that are suppressed for that reason. */
export async function newestSuppressed(
  sql: Sql,
  reason: SuppressionReason,
  most: number,
): Promise<SuppressedAddress[]> {
  const rows = await sql<SuppressedAddress[]>`
    select fingerprint, at from suppressions where channel = 'email' and reason = ${reason}
    order by at desc, fingerprint limit ${most}`
  return rows.map(({ fingerprint, at }) => ({ fingerprint, at: new Date(at).toISOString() }))
}
