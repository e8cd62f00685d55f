import type { Sql, Transaction } from './database.ts'

export type StaffMailKind = 'sign_in' | 'checkpoint'

/** A mail to somebody of the staff that is to be written and handed over now; `size` is of the checkpoint that is theirs. */
export type StaffMail = {
  id: string
  staff: string
  address: string
  canonical: string
  kind: StaffMailKind
  path: string | null
  size: number
}

/** How long a mail is tried for: a link is asked for at a page that says to wait, a checkpoint can be late. */
const triedFor: Readonly<Record<StaffMailKind, string>> = { sign_in: '10 minutes', checkpoint: '1 day' }

/** Lays a mail out, due at once, in the transaction that gives rise to it. */
export async function insertStaffMail(
  tx: Transaction,
  mail: Pick<StaffMail, 'id' | 'staff' | 'kind' | 'path'>,
): Promise<void> {
  const { id, staff, kind, path } = mail
  await tx`insert into staff_mails (id, staff, kind, path, due_at) values (${id}, ${staff}, ${kind}, ${path}, instant())`
}

/**
 * Takes mails that are due, oldest first, for a minute: whoever dies with them leaves them to the next. One that was tried
 * for its time is given up. Any number of workers do it at once.
 */
export async function takeStaffMails(tx: Transaction, limit: number): Promise<StaffMail[]> {
  await tx`
    update staff_mails set due_at = null
    where due_at <= instant() and at < instant() - case kind when 'sign_in' then ${triedFor.sign_in}::interval else ${triedFor.checkpoint}::interval end`
  const rows = await tx<(StaffMail & { size: string })[]>`
    update staff_mails m set due_at = instant() + interval '1 minute' * (m.tries + 1), tries = m.tries + 1 from staff f
    where f.id = m.staff and m.id in (
      select id from staff_mails where due_at <= instant() order by due_at, id limit ${limit} for update skip locked)
    returning m.id, m.staff, f.address, f.canonical, m.kind, m.path, f.checkpoint_size as size`
  return rows.map((row) => ({ ...row, size: Number(row.size) }))
}

/** Says of mails that nothing more will be done about them. */
export async function endStaffMails(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`update staff_mails set due_at = null where id = any (${ids as string[]}::uuid[])`
}

export async function staffMailsWait(sql: Sql): Promise<boolean> {
  const rows = await sql`select from staff_mails where due_at <= instant() limit 1`
  return rows.length > 0
}

/** Auditors to whom the ledger has grown since the newest checkpoint mailed to them, a day ago or longer; locked. */
export async function lockAuditorsBehind(tx: Transaction, size: number): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from staff where role = 'auditor' and checkpoint_size < ${size}
      and (checkpoint_at is null or checkpoint_at < instant() - interval '20 hours') order by id for update`
  return rows.map((row) => row.id)
}

export async function keepCheckpointMailed(tx: Transaction, staff: readonly string[], size: number): Promise<void> {
  await tx`
    update staff set checkpoint_size = ${size}, checkpoint_at = instant() where id = any (${staff as string[]}::uuid[])`
}

/** Keeps a link that opens a session, by its stored key, for so many minutes. */
export async function insertStaffLink(sql: Sql, key: string, staff: string, minutes: number): Promise<void> {
  await sql`
    insert into staff_links (key, staff, until) values (${key}, ${staff}, instant() + make_interval(mins => ${minutes}))`
}

/** Whether a link still opens a session. */
export async function isStaffLink(sql: Sql, key: string): Promise<boolean> {
  const rows = await sql`select from staff_links where key = ${key} and until > instant()`
  return rows.length === 1
}

/**
 * Uses a link up: of any number at once one gets whose it is. Their row is locked first, as a change of role does it.
 */
export async function useStaffLink(tx: Transaction, key: string): Promise<string | null> {
  await tx`select from staff where id = (select staff from staff_links where key = ${key}) for update`
  const [row] = await tx<{ staff: string }[]>`
    delete from staff_links where key = ${key} and until > instant() returning staff`
  return row?.staff ?? null
}

/** Forgets links and sessions that are over, and mails that ended longer ago than `kept`. */
export async function forgetPastStaff(tx: Transaction, hours: number, kept: string): Promise<void> {
  await tx`delete from staff_links where until <= instant()`
  await tx`delete from staff_sessions where since <= instant() - make_interval(hours => ${hours})`
  await tx`delete from staff_mails where due_at is null and at < instant() - ${kept}::interval`
}
