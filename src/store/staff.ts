import type { Staff, StaffRole } from '../domain/staff-role.ts'
import type { Sql, Transaction } from './database.ts'

export async function allStaff(sql: Sql): Promise<Staff[]> {
  return sql<Staff[]>`select id, address, name, role from staff order by canonical`
}

/**
 * Who signs in with that address (`canonical` is the identity of `parseAddress`), or null; locked until the transaction ends:
 * no role changes and nobody is removed meanwhile.
 */
export async function lockStaff(tx: Transaction, canonical: string): Promise<Staff | null> {
  const [row] = await tx<Staff[]>`select id, address, name, role from staff where canonical = ${canonical} for update`
  return row ?? null
}

/** Adds somebody; where the address is there already its name and role become these. */
export async function saveStaff(tx: Transaction, one: Staff & { canonical: string }): Promise<void> {
  const { id, canonical, address, name, role } = one
  await tx`
    insert into staff (id, canonical, address, name, role) values (${id}, ${canonical}, ${address}, ${name}, ${role})
    on conflict (canonical) do update set address = excluded.address, name = excluded.name, role = excluded.role`
}

/** Removes somebody, and with the row all sessions, links and mails of theirs. */
export async function deleteStaff(tx: Transaction, id: string): Promise<void> {
  await tx`delete from staff where id = ${id}`
}

/** An open session: whose it is, and the database's present instant. */
export type OpenStaffSession = { staff: Staff; now: Date }

export async function insertStaffSession(tx: Transaction, key: string, staff: string): Promise<void> {
  await tx`insert into staff_sessions (key, staff) values (${key}, ${staff})`
}

/** The session that is stored under a key, unless it began more than so many hours ago. */
export async function openStaffSession(sql: Sql, key: string, hours: number): Promise<OpenStaffSession | null> {
  const [row] = await sql<{ id: string; address: string; name: string; role: StaffRole; now: string }[]>`
    select f.id, f.address, f.name, f.role, instant() as now from staff_sessions s join staff f on f.id = s.staff
    where s.key = ${key} and s.since > instant() - make_interval(hours => ${hours})`
  if (!row) return null
  const { now, ...staff } = row
  return { staff, now: new Date(now) }
}

export async function deleteStaffSession(tx: Transaction, key: string): Promise<void> {
  await tx`delete from staff_sessions where key = ${key}`
}

/** Ends every session of somebody, and every link that could open another one. */
export async function deleteStaffSessions(tx: Transaction, staff: string): Promise<void> {
  await tx`delete from staff_sessions where staff = ${staff}`
  await tx`delete from staff_links where staff = ${staff}`
}
