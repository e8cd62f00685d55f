import type { Sql, Transaction } from './database.ts'

/** What was asked for at sign-up and waits to be confirmed: by which delivery, to which address (its fingerprint), and when (ISO). */
export type KeptSignUp = { delivery: string; person: string; fingerprint: string; asked: unknown; at: string }

export async function insertSignUp(tx: Transaction, kept: KeptSignUp): Promise<void> {
  await tx`
    insert into sign_ups (delivery, person, fingerprint, asked, at)
    values (${kept.delivery}, ${kept.person}, ${kept.fingerprint}, ${JSON.stringify(kept.asked)}::jsonb, ${kept.at})`
}

/** @returns null when it was confirmed, is over, or never was. */
export async function signUpOf(sql: Sql, person: string, delivery: string): Promise<KeptSignUp | null> {
  const [row] = await sql<KeptSignUp[]>`
    select delivery, person, fingerprint, asked, at from sign_ups where delivery = ${delivery} and person = ${person}`
  return row ? { ...row, at: new Date(row.at).toISOString() } : null
}

export async function removeSignUp(tx: Transaction, delivery: string): Promise<void> {
  await tx`delete from sign_ups where delivery = ${delivery}`
}

/** How many confirmations were laid out for her since an instant (ISO), or ever. */
export async function unansweredConfirmations(sql: Sql, person: string, since: string | null): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from deliveries d join messages m on m.id = d.message
    where d.person = ${person} and m.service_kind = 'confirmation'
      and (${since}::timestamptz is null or d.planned_at > ${since})`
  return row?.n ?? 0
}
