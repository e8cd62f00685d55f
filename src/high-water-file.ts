import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * The high-water mark of this machine: the newest signed state of the ledger, beside the database and not in it. `read` gives
 * null where there is none yet.
 */
export type HighWater = { read(): Promise<string | null>; write(note: string): Promise<void> }

/**
 * The mark as a file (mode 0600). After a crash it is there as it was before the write or after it, never half. Whoever writes
 * sees to it that nobody else does meanwhile (actions/high-water.ts). @throws whatever the disk throws.
 */
export function highWaterFile(path: string): HighWater {
  return {
    async read() {
      try {
        return await readFile(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
    async write(note) {
      const folder = dirname(path)
      await mkdir(folder, { recursive: true })
      await writeThrough(`${path}.part`, note)
      await rename(`${path}.part`, path)
      await syncFolder(folder)
    },
  }
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A rename is on the disk only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
