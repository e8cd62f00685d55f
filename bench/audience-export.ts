import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const columns = [
  'Email Address',
  'First Name',
  'Last Name',
  'About what?',
  'OPTIN_TIME',
  'OPTIN_IP',
  'CONFIRM_TIME',
  'CONFIRM_IP',
  'TIMEZONE',
]
const wording = 'You tick what you want to hear about, and we write as it happens.\n'

/** Writes an audience export of people who all confirmed and want Repairs, and the wording they saw. */
export function writeAudience(folder: string, people: number, from = 0): { files: string[]; wording: string } {
  const rows = [columns.join(',')]
  for (let n = from; n < from + people; n++) {
    rows.push(
      `p${n}@example.com,Ada,Abbott,"New patterns, Repairs",2025-01-01 10:00:00,198.51.100.7,2025-01-01 11:00:00,203.0.113.9,Europe/London`,
    )
  }
  const file = join(folder, `subscribed_${from}.csv`)
  writeFileSync(file, `${rows.join('\n')}\n`)
  writeFileSync(join(folder, 'wording.md'), wording)
  return { files: [file], wording: join(folder, 'wording.md') }
}
