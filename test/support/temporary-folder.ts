import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that goes with the test. */
export function temporaryFolder(t: { teardown(drop: () => void): unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), 'courtesy-folder-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
