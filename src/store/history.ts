import { readChoices } from '../domain/choices-schema.ts'
import type { RecordedRelease } from '../domain/releases-at.ts'
import type { RecordedChoices } from '../domain/resting-entry.ts'
import type { SuppressionReason } from '../domain/suppression.ts'
import type { Sql } from './database.ts'

/** Her choices after each entry that changed them, oldest first, with the entry's ISO time. Empty once she was erased. */
export async function choicesHistory(sql: Sql, person: string): Promise<(RecordedChoices & { at: string })[]> {
  return (await choicesHistories(sql, [person])).get(person) ?? []
}

/** As {@link choicesHistory}, of several people. */
export async function choicesHistories(
  sql: Sql,
  people: readonly string[],
): Promise<Map<string, (RecordedChoices & { at: string })[]>> {
  const rows = await sql<{ person: string; number: string; at: string; choices: unknown }[]>`
    select p.person, e.number, e.body::jsonb ->> 'at' as at, p.payload::jsonb -> 'after' as choices
    from payloads p join entries e using (number)
    where p.person = any (${people as string[]}::uuid[]) and jsonb_typeof(p.payload::jsonb -> 'after') = 'object'
    order by e.number`
  const histories = new Map<string, (RecordedChoices & { at: string })[]>()
  for (const [person, hers] of Map.groupBy(rows, (row) => row.person)) {
    histories.set(
      person,
      hers.map((row) => ({ entry: Number(row.number), at: row.at, choices: readChoices(row.choices) })),
    )
  }
  return histories
}

/** Why an address was suppressed at an instant, by the time that each suppression names; one that was lifted since is lost. */
export async function suppressionsAt(sql: Sql, fingerprint: string, at: Date): Promise<SuppressionReason[]> {
  const rows = await sql<{ reason: SuppressionReason }[]>`
    select reason from suppressions where channel = 'email' and fingerprint = ${fingerprint}
      and date_trunc('milliseconds', at) <= ${at.toISOString()}`
  return rows.map((row) => row.reason)
}

/** The names of the texts that were published at an instant. */
export async function wordingsAt(sql: Sql, at: Date): Promise<Set<string>> {
  const rows = await sql<{ hash: string }[]>`
    select hash from wordings where date_trunc('milliseconds', published_at) <= ${at.toISOString()}`
  return new Set(rows.map((row) => row.hash))
}

/**
 * Every release to her that the record shows, a digest under its own id for each of its topics: what is on its way or may
 * have arrived, and what was taken back or sent again, with the time since which it counts no longer.
 */
export async function releasesOf(sql: Sql, person: string): Promise<RecordedRelease[]> {
  return (await releasesOfAll(sql, [person])).get(person) ?? []
}

/** As {@link releasesOf}, of several people. */
export async function releasesOfAll(sql: Sql, people: readonly string[]): Promise<Map<string, RecordedRelease[]>> {
  const ids = people as string[]
  const rows = await sql<{ person: string; at: string; topic: number; delivery: string; taken_back: string | null }[]>`
    select d.person, mail.released_at as at, m.topic, mail.id as delivery, null as taken_back
    from deliveries d join messages m on m.id = d.message join deliveries mail on mail.id = coalesce(d.digest, d.id)
    where d.person = any (${ids}::uuid[]) and m.topic is not null and d.state in ('released', 'sent', 'unknown')
    union all
    select d.person, r.released_at, r.topic, r.delivery, r.ended_at
    from past_releases r join deliveries d on d.id = r.delivery where d.person = any (${ids}::uuid[])`
  const releases = new Map<string, RecordedRelease[]>()
  for (const [person, hers] of Map.groupBy(rows, (row) => row.person)) {
    releases.set(
      person,
      hers.map((row) => ({
        at: new Date(row.at).toISOString(),
        topic: row.topic,
        delivery: row.delivery,
        takenBack: isoOrNull(row.taken_back),
      })),
    )
  }
  return releases
}

/**
 * What is recorded of one message on its way to one person. `verdict` is that of its plan, `reason` why it waits or did
 * not leave, `entry` what allowed it; `digest` is the mail that carried it with others. Times are ISO.
 */
export type RecordedDelivery = {
  delivery: string
  state: string
  verdict: string
  reason: string | null
  plannedAt: string
  dueAt: string | null
  settledAt: string | null
  entry: number | null
  reply: string | null
  digest: { delivery: string; items: number } | null
}

export async function deliveryOf(sql: Sql, person: string, message: string): Promise<RecordedDelivery | null> {
  const [row] = await sql<
    (Omit<RecordedDelivery, 'entry' | 'digest'> & { entry: string | null; digest: string | null; items: number })[]
  >`
    select d.id as delivery, d.state, d.verdict, d.reason, d.planned_at as "plannedAt", d.due_at as "dueAt",
      d.settled_at as "settledAt", d.allowed_by as entry, d.reply, d.digest,
      (select count(*)::int from deliveries i where i.digest = d.digest) as items
    from deliveries d where d.person = ${person} and d.message = ${message}`
  if (!row) return null
  const { entry, digest, items, ...rest } = row
  return {
    ...rest,
    plannedAt: new Date(rest.plannedAt).toISOString(),
    dueAt: isoOrNull(rest.dueAt),
    settledAt: isoOrNull(rest.settledAt),
    entry: entry === null ? null : Number(entry),
    digest: digest === null ? null : { delivery: digest, items },
  }
}

function isoOrNull(at: string | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
