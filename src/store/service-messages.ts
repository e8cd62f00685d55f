import { z } from 'zod'
import type { ServiceKind } from '../domain/gate.ts'
import type { Sql, Transaction } from './database.ts'

/** The words of one service mail. They are kept until it has left, and then forgotten. */
export type KeptMail = { subject: string; text: string; html: string }

const keptParts = z.object({ text: z.string(), html: z.string() })

/** Stores a message of exactly one service kind, written for one person; `usefulUntil` (ISO) is when its link ends. */
export async function insertServiceMessage(
  tx: Transaction,
  message: {
    id: string
    serviceKind: ServiceKind
    sender: string
    language: string
    usefulUntil: string | null
    mail: KeptMail
  },
): Promise<void> {
  const { subject, text, html } = message.mail
  await tx`
    insert into messages (id, service_kind, subject, in_short, sender, body, language, useful_until)
    values (${message.id}, ${message.serviceKind}, ${subject}, '', ${message.sender}, ${JSON.stringify({ text, html })},
      ${message.language}, ${message.usefulUntil})`
}

/** @returns what is kept of a service message, null when it is none or has been forgotten. */
export async function serviceMessage(sql: Sql, id: string): Promise<{ sender: string; mail: KeptMail } | null> {
  const [row] = await sql<{ sender: string; subject: string; body: string }[]>`
    select sender, subject, body from messages where id = ${id} and service_kind is not null and body <> ''`
  return row ? { sender: row.sender, mail: { subject: row.subject, ...keptParts.parse(JSON.parse(row.body)) } } : null
}

/** How many service mails of a kind were laid out for a person within an interval such as `1 hour`. */
export async function countServiceMail(sql: Sql, person: string, kind: ServiceKind, within: string): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from deliveries d join messages m on m.id = d.message
    where d.person = ${person} and m.service_kind = ${kind} and d.planned_at > instant() - ${within}::interval`
  return row?.n ?? 0
}

/** When a mail of each of these service kinds was laid out last (ISO); a kind that was not is missing. Mails to staff lie apart. */
export async function lastServiceMail(sql: Sql, kinds: readonly ServiceKind[]): Promise<Map<ServiceKind, string>> {
  const rows = await sql<{ kind: ServiceKind; at: string }[]>`
    select wanted.kind, last.at from unnest(${kinds as string[]}::text[]) as wanted (kind) cross join lateral (
      (select created_at as at from messages where service_kind = wanted.kind order by created_at desc limit 1)
      union all (select at from staff_mails where wanted.kind = 'staff' order by at desc limit 1)) as last`
  return new Map(rows.map((row) => [row.kind, new Date(row.at).toISOString()]))
}

/**
 * Empties what is kept of service mails whose delivery is at its end: they name her choices and carry an Undo. One that
 * perhaps arrived and is to be sent again is kept until then.
 */
export async function forgetEndedServiceMail(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  await tx`
    update messages m set body = '' from deliveries d
    where d.id = any (${deliveries as string[]}::uuid[]) and m.id = d.message and m.service_kind is not null
      and d.state not in ('held', 'released', 'deferred') and not (d.state = 'unknown' and d.due_at is not null)
      and m.body <> ''`
}
