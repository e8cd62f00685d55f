import { open, rename, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Writes a file (mode 0600: it may name people, or hold keys); it appears under its name whole and on the disk, or not at all.
 * @throws whatever the bytes or the disk throw.
 */
export async function writeWhole(file: string, bytes: Readable): Promise<void> {
  const draft = `${file}.part`
  try {
    await rm(draft, { force: true })
    // Opened first: a file that comes to be after it was removed would stay. Never one that somebody else put there.
    const handle = await open(draft, 'wx', 0o600)
    await pipeline(bytes, handle.createWriteStream({ flush: true }))
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
