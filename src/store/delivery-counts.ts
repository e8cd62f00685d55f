import type { Sql, Transaction } from './database.ts'

/**
 * Adds deliveries that are about to go to the anonymous counts of their campaigns: what waits of them counts as cancelled,
 * and what is in a worker's hands is counted once it is answered ({@link settleErased}). Digests and service mail are in no
 * report. Their people are locked.
 */
export async function countGoing(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  await tx`
    insert into delivery_counts (message, verdict, state, reason, refusal, n)
    select d.message, d.verdict, c.state, case when c.state = d.state then d.reason else 'erased' end, d.refusal, count(*)
    from deliveries d join messages m on m.id = d.message
      cross join lateral (select case when d.state in ('held', 'deferred') then 'cancelled' else d.state end as state) as c
    where d.id = any (${deliveries as string[]}::uuid[]) and m.topic is not null and d.state <> 'released'
    group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict on constraint delivery_counts_once do update set n = delivery_counts.n + excluded.n`
}

/** Keeps which mails are in workers' hands, without whose they are, so that their outcomes can still be counted. */
export async function keepInHand(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  await tx`
    insert into erased_in_hand (delivery, carrier, message, verdict, worker)
    select d.id, coalesce(d.digest, d.id), case when m.topic is not null then m.id end, d.verdict, mail.worker
    from deliveries d left join messages m on m.id = d.message join deliveries mail on mail.id = coalesce(d.digest, d.id)
    where d.id = any (${deliveries as string[]}::uuid[]) and d.state = 'released'`
}

/** How a mail ended whose person was erased while it was in hand; one that did not leave is not tried again. */
export type ErasedOutcome = { carrier: string; state: 'sent' | 'refused' | 'unknown' | 'cancelled' }

/**
 * Counts what became of mails to people who were erased meanwhile; others are passed over. What perhaps arrived stays noted for
 * a day, so that whoever erased can be told.
 */
export async function settleErased(tx: Transaction, outcomes: readonly ErasedOutcome[]): Promise<void> {
  if (outcomes.length === 0) return
  await tx`
    with told as (
      select * from unnest(${outcomes.map((one) => one.carrier)}::uuid[], ${outcomes.map((one) => one.state)}::text[]) as t (carrier, state)
    ), perhaps as (
      select e.delivery, e.message, e.verdict, t.state from erased_in_hand e join told t using (carrier)
      where t.state = 'unknown' order by e.delivery for update of e
    ), noted as (
      update erased_in_hand e set message = null, worker = null from perhaps p where e.delivery = p.delivery
    ), certain as (
      delete from erased_in_hand e using told t
      where t.state <> 'unknown' and e.carrier = t.carrier returning e.message, e.verdict, t.state
    ), gone as (select message, verdict, state from perhaps union all select * from certain)
    insert into delivery_counts (message, verdict, state, reason, refusal, n)
    select message, verdict, state, case when state = 'cancelled' then 'erased' end, case when state = 'refused' then 'passed' end, count(*)
    from gone where message is not null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict on constraint delivery_counts_once do update set n = delivery_counts.n + excluded.n`
}

/** Mails that a worker who is gone had in hand for people who were erased: perhaps they left. */
export async function erasedLeftOver(tx: Transaction, worker: number): Promise<ErasedOutcome[]> {
  const rows = await tx<{ carrier: string }[]>`select distinct carrier from erased_in_hand where worker = ${worker}`
  return rows.map(({ carrier }) => ({ carrier, state: 'unknown' }))
}

/** Which of these mails to people who were erased are in a worker's hands (`inHand`), or perhaps arrived. */
export async function erasedStill(
  sql: Sql,
  carriers: readonly string[],
): Promise<{ carrier: string; inHand: boolean }[]> {
  return sql<{ carrier: string; inHand: boolean }[]>`
    select carrier, bool_or(worker is not null) as "inHand" from erased_in_hand
    where carrier = any (${carriers as string[]}::uuid[]) group by carrier`
}

/** Forgets which mails to people who were erased perhaps arrived, a day after. @returns how many rows. */
export async function forgetErasedUnknown(sql: Sql): Promise<number> {
  const { count } = await sql`
    delete from erased_in_hand where worker is null and at < instant() - interval '1 day'`
  return count
}
