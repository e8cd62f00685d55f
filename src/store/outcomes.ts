import { mustArriveKinds, resendAfterMinutes } from '../domain/must-arrive.ts'
import type { Transaction } from './database.ts'
import { erasedLeftOver, settleErased, type ErasedOutcome } from './delivery-counts.ts'
import { callBack, type CalledBack } from './recalled.ts'
import { forgetEndedServiceMail } from './service-messages.ts'
import { noteUnsealed, outcomeRecord } from './unsealed.ts'

/**
 * What became of a delivery, a digest's standing for all its items. `counts`: an attempt was made and answered. One that
 * was recalled says for each of its deliveries what becomes of it.
 */
export type Settled = Answered | { delivery: string; kind: 'recalled'; calledBack: readonly CalledBack[] }

type Answered = {
  delivery: string
  kind: 'sent' | 'refused' | 'deferred' | 'unknown'
  reply: string | null
  counts: boolean
}

/** A deferred delivery is due again after this long, doubled with each attempt up to the longest, and spread by half. */
const firstWaitMinutes = 5
const longestWaitMinutes = 240
/** After so many answered attempts (about two days) it is given up. */
const mostAttempts = 16

/**
 * Records what became of released deliveries, in one statement each whatever the size of the batch: the items of a
 * digest copy its outcome, what provably did not leave is taken out of its person's `recent`, what was put off is due
 * again later, and a mail that must arrive is due again once when nobody knows whether it did (I-6). All of it is noted for
 * the next seal. An outcome that comes
 * late turns `unknown` into what it was; what somebody else has released again since is not touched (I-3). Locks the people first.
 * @param worker who released them.
 */
export async function settle(tx: Transaction, worker: number, outcomes: readonly Settled[]): Promise<void> {
  if (outcomes.length === 0) return
  const ids = outcomes.map((outcome) => outcome.delivery)
  await lockPeopleOf(tx, ids)
  const calledBack = await callBack(
    tx,
    worker,
    outcomes.flatMap((outcome) => (outcome.kind === 'recalled' ? outcome.calledBack : [])),
  )
  const answered = outcomes.flatMap((outcome) => (outcome.kind === 'recalled' ? [] : outcome))
  const settled = await settleThese(tx, worker, answered)
  const digests = new Set(settled.filter((row) => row.digest).map((row) => row.id))
  if (digests.size > 0)
    await copyToItems(
      tx,
      answered.filter(({ delivery }) => digests.has(delivery)),
    )
  const stayed = settled.flatMap(({ id, state }) => (state === 'refused' || state === 'deferred' ? [id] : []))
  if (calledBack.length + stayed.length > 0) await takeBack(tx, [...calledBack, ...stayed])
  const service = settled.flatMap((row) => (row.service ? row.id : []))
  if (calledBack.length + service.length > 0) await forgetEndedServiceMail(tx, [...calledBack, ...service])
  const known = new Set([...settled.map((row) => row.id), ...calledBack])
  await settleErased(tx, outcomes.filter(({ delivery }) => !known.has(delivery)).map(asErased))
}

/** What did not leave is not tried again for somebody who was erased meanwhile. */
function asErased({ delivery, kind }: Settled): ErasedOutcome {
  return { carrier: delivery, state: kind === 'recalled' || kind === 'deferred' ? 'cancelled' : kind }
}

type SettledRow = { id: string; state: string; digest: boolean; service: boolean }

/** Writes outcomes to the mails themselves. `digest` tells those that carry items, `service` those whose words are forgotten at their end. */
async function settleThese(tx: Transaction, worker: number, outcomes: readonly Answered[]): Promise<SettledRow[]> {
  return tx<SettledRow[]>`
    with moved as (
    update deliveries d set
      attempts = d.attempts + o.counts::int,
      state = case when o.state = 'deferred' and d.attempts + o.counts::int >= ${mostAttempts} then 'refused' else o.state end,
      reply = o.reply, lease_until = null, worker = null,
      due_at = case when o.state = 'deferred' and d.attempts + o.counts::int < ${mostAttempts} then o.now + (0.75 + o.spread / 2)
        * make_interval(mins => least(${firstWaitMinutes} * (1 << least(d.attempts, 10)), ${longestWaitMinutes}))
        when o.state = 'unknown' and not d.resent and (select service_kind from messages where id = d.message) = any (${[...mustArriveKinds]}::text[])
        then o.now + make_interval(mins => ${resendAfterMinutes}) end,
      settled_at = case when o.state <> 'deferred' or d.attempts + o.counts::int >= ${mostAttempts} then instant() end
    from (
      select t.*, random() as spread, instant() as now from unnest(
        ${outcomes.map((one) => one.delivery)}::uuid[], ${outcomes.map((one) => one.kind)}::text[],
        ${outcomes.map((one) => one.reply)}::text[], ${outcomes.map((one) => String(one.counts))}::text[]::boolean[]
      ) as t (delivery, state, reply, counts)) o
    where d.id = o.delivery and d.worker = ${worker}
      and (d.state = 'released' or (d.state = 'unknown' and o.state in ('sent', 'refused')))
    returning d.id, d.state, d.slot is not null as digest, coalesce((select service_kind is not null from messages where id = d.message), false) as service,
      ${outcomeRecord(tx)}
    ), noted as (${noteUnsealed(tx, 'outcomes')})
    select id, state, digest, service from moved`
}

/** The items of a digest copy its outcome, so that those which were put off are due together again. */
async function copyToItems(tx: Transaction, digests: readonly Answered[]): Promise<void> {
  await tx`
    with moved as (
    update deliveries d set state = g.state, reply = g.reply, due_at = g.due_at, settled_at = g.settled_at,
      attempts = d.attempts + o.counts::int, lease_until = null, worker = null
    from unnest(
      ${digests.map((one) => one.delivery)}::uuid[], ${digests.map((one) => String(one.counts))}::text[]::boolean[]
    ) as o (digest, counts) join deliveries g on g.id = o.digest
    where d.digest = g.id and (d.state = 'released' or (d.state = 'unknown' and g.state in ('sent', 'refused')))
    returning ${outcomeRecord(tx)})
    ${noteUnsealed(tx, 'outcomes')}`
}

async function lockPeopleOf(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  await tx`
    select p.id from people p where p.id in (select person from deliveries where id = any (${deliveries as string[]}::uuid[]))
    order by p.id for no key update`
}

/**
 * The record keeps that they were released until now: a verdict of that time rests on it. One that was sent again after it
 * had perhaps arrived goes on counting: only the second time is known not to have left (I-9).
 */
async function takeBack(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  await tx`
    insert into past_releases (delivery, topic, released_at, ended_at)
    select d.id, (r ->> 'topic')::smallint, (r ->> 'at')::timestamptz, case when not d.resent then instant() end
    from people p cross join jsonb_array_elements(p.recent) as r join deliveries d on d.id = (r ->> 'delivery')::uuid
    where p.id in (select person from deliveries where id = any (${deliveries as string[]}::uuid[]))
      and r ->> 'delivery' = any (${deliveries as string[]}::text[])
    on conflict do nothing`
  await tx`
    update people p set recent = coalesce(
      (select jsonb_agg(r order by n) from jsonb_array_elements(p.recent) with ordinality as e (r, n)
        where r ->> 'delivery' not in (
          select id::text from deliveries where id = any (${deliveries as string[]}::uuid[]) and not resent)), '[]')
    where p.id in (select person from deliveries where id = any (${deliveries as string[]}::uuid[]))`
}

/**
 * What a worker that is gone left between release and outcome becomes `unknown`: perhaps it left, so bulk mail is never
 * sent again by itself and still counts against limits (I-5); a mail that must arrive is due again, once (I-6). Its name
 * stays with it: should it be there after all, its answer still counts. @returns how many.
 */
export async function leftOverBecomesUnknown(tx: Transaction, worker: number): Promise<number> {
  await tx`
    select p.id from people p where p.id in (select person from deliveries where worker = ${worker} and state = 'released')
    order by p.id for no key update`
  const rows = await tx<{ id: string }[]>`
    with moved as (
    update deliveries d set state = 'unknown', settled_at = instant(), lease_until = null,
      due_at = case when not d.resent and exists (
          select from messages m where m.id = d.message and m.service_kind = any (${[...mustArriveKinds]}::text[]))
        then instant() + make_interval(mins => ${resendAfterMinutes}) end,
      reply = 'its worker ended before the answer was recorded'
    where worker = ${worker} and state = 'released' returning id, ${outcomeRecord(tx)}
    ), noted as (${noteUnsealed(tx, 'outcomes')})
    select id from moved`
  await forgetEndedServiceMail(
    tx,
    rows.map((row) => row.id),
  )
  const erased = await erasedLeftOver(tx, worker)
  await settleErased(tx, erased)
  return rows.length + erased.length
}
