import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { noLine, type No } from './domain/no-list.ts'

/**
 * The no-list of this machine (docs/decisions/0011): a file that is only ever appended to, beside the database and not in it.
 * What could not be written is told to the log and written with the next no; it never keeps a no from being taken.
 */
export function openNoList(
  path: string,
  warn: (message: string) => void,
): { append(noes: readonly No[]): Promise<void> } {
  let missed: readonly No[] = []
  return {
    async append(noes) {
      const all = [...missed, ...noes]
      missed = []
      if (all.length === 0) return
      try {
        await appendLines(path, all.map(noLine).join(''))
      } catch (error) {
        missed = [...all, ...missed]
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
        warn(
          `the no-list ${path} cannot be written (${code}); its ${missed.length} lines are tried again with the next`,
        )
      }
    },
  }
}

/** One write, so that lines of several processes never mix, and on the disk when it returns. */
async function appendLines(path: string, lines: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(lines)
    await file.datasync()
  } finally {
    await file.close()
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
