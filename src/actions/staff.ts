import { randomUUID } from 'node:crypto'
import { parseAddress } from '../domain/address.ts'
import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import { staffRoleOf, staffRoles, type Staff } from '../domain/staff-role.ts'
import { allStaff, deleteStaff, deleteStaffSessions, lockStaff, saveStaff } from '../store/staff.ts'
import type { House } from './house.ts'

const longestName = 100

/** What became of an address: added, given another role (which ended its sessions), or nothing that matters. */
export type StaffSaved = Staff & { kind: 'added' | 'role-changed' | 'unchanged' }

/**
 * Adds somebody who works here, or gives them another role; that ends all their sessions. Without a name the old one stays.
 * @param by the id of who does it at the desk.
 * @throws Problem `invalid-input` for an address, a role or a name that is none, `conflict` for whoever would lock themselves out.
 */
export async function addStaff(
  house: House,
  address: string,
  { role, name }: { role: string; name?: string },
  by: string | null = null,
): Promise<StaffSaved> {
  const wanted = staffRoleOf(role)
  if (wanted === null) {
    throw new Problem('invalid-input', `the role "${role}" is unknown; there are: ${staffRoles.join(', ')}`)
  }
  const called = name === undefined ? undefined : plainLine('the name', name, longestName)
  const { canonical, spelling } = addressOf(address)
  return house.database.sql.begin(async (tx): Promise<StaffSaved> => {
    const before = await lockStaff(tx, canonical)
    if (before && before.role !== wanted) requireAnother(before, by)
    const one = {
      id: before?.id ?? randomUUID(),
      address: spelling,
      name: called ?? before?.name ?? '',
      role: wanted,
    }
    await saveStaff(tx, { ...one, canonical })
    if (!before) return { ...one, kind: 'added' }
    if (before.role === wanted) return { ...one, kind: 'unchanged' }
    await deleteStaffSessions(tx, one.id)
    return { ...one, kind: 'role-changed' }
  })
}

/** Everybody who works here. */
export async function listStaff(house: House): Promise<Staff[]> {
  return allStaff(house.database.readOnly)
}

/**
 * Removes somebody and ends all their sessions. @param by the id of who does it at the desk.
 * @throws Problem `not-found` when nobody here has that address, `conflict` for whoever would lock themselves out.
 */
export async function removeStaff(house: House, address: string, by: string | null = null): Promise<Staff> {
  const { canonical } = addressOf(address)
  return house.database.sql.begin(async (tx) => {
    const one = await lockStaff(tx, canonical)
    if (!one) throw new Problem('not-found', 'nobody of the staff has that address; see: courtesy staff list')
    requireAnother(one, by)
    await deleteStaff(tx, one.id)
    return one
  })
}

/** Whoever keeps the settings cannot give that up by a slip: another admin can, or the command line. */
function requireAnother({ id }: Staff, by: string | null): void {
  if (id !== by) return
  throw new Problem(
    'conflict',
    'nobody takes their own role away; another admin can, or: courtesy staff. Nothing was changed',
  )
}

function addressOf(text: string): { canonical: string; spelling: string } {
  const address = parseAddress(text)
  if (address.kind === 'refused') {
    throw new Problem('invalid-input', `this cannot be an email address: ${address.reason}`)
  }
  return address
}
