/**
 * What somebody who works here may do: an auditor reads the audit desk and changes nothing; a marketer writes campaigns and
 * cannot read the audit desk; an admin does both, and keeps the settings.
 */
export const staffRoles = ['auditor', 'marketer', 'admin'] as const
export type StaffRole = (typeof staffRoles)[number]

/** Somebody who works here. */
export type Staff = { id: string; address: string; name: string; role: StaffRole }

/** Who may enter each part of the staff's pages. */
export const rolesFor = {
  audit: ['auditor', 'admin'],
  campaigns: ['marketer', 'admin'],
  settings: ['admin'],
  everyone: staffRoles,
} as const satisfies Record<string, readonly StaffRole[]>

/** @returns the role of that name, or null. */
export function staffRoleOf(text: string): StaffRole | null {
  return staffRoles.find((role) => role === text) ?? null
}
