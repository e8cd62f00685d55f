import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { noLine, readNoLine, type No } from './domain/no-list.ts'

/** The lines that are read at once. */
const linesAtOnce = 10_000

/**
 * The no-list of this machine (docs/decisions/0011): a file that is only ever appended to, beside the database and not in it.
 * What could not be written is told to the log and written with the next no; it never keeps a no from being taken.
 */
export function openNoList(
  path: string,
  warn: (message: string) => void,
): { append(noes: readonly No[]): Promise<void>; read(): AsyncIterable<readonly No[]> } {
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
    read: () => readLines(path),
  }
}

/** All noes in their order, in bounded memory; none where there is no file. */
async function* readLines(path: string): AsyncGenerator<No[]> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (file === null) return
  let noes: No[] = []
  for await (const line of file.readLines()) {
    const no = readNoLine(line)
    if (no) noes.push(no)
    if (noes.length < linesAtOnce) continue
    yield noes
    noes = []
  }
  if (noes.length > 0) yield noes
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
