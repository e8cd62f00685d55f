import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** How long what somebody of the staff sent is kept, in minutes. */
export const uploadMinutes = 60
const keptMs = uploadMinutes * 60_000

/** What one session sent: its random id, its folder, and the paths of its files. */
export type Upload = { id: string; folder: string; files: string[] }

/**
 * Files that staff send, until they are used: under a random id each, for the session that sent them alone, in folders that only
 * this user of the machine reads. Whatever is older than an hour is deleted at the next look, and by a clock meanwhile.
 */
export class Uploads {
  #root: string | null
  readonly #clocks = new Set<NodeJS.Timeout>()

  /** @param root the folder, made when it is needed; null for one of the system's for the time being. */
  constructor(root: string | null) {
    this.#root = root
  }

  /** Begins an upload of a session. */
  async begin(session: string): Promise<Upload> {
    await this.sweep()
    const id = randomBytes(16).toString('hex')
    const folder = join(await this.#folder(), id)
    await mkdir(join(folder, 'files'), { recursive: true, mode: 0o700 })
    await writeFile(join(folder, 'owner'), ownerOf(session), { mode: 0o600 })
    const clock = setTimeout(() => {
      this.#clocks.delete(clock)
      void rm(folder, { recursive: true, force: true })
    }, keptMs)
    this.#clocks.add(clock.unref())
    return { id, folder, files: [] }
  }

  /** Keeps one file. A name that is no plain file name is made one. @returns false where a file has that name already. */
  async add(upload: Upload, name: string, content: Readable): Promise<boolean> {
    const path = join(upload.folder, 'files', plainName(name))
    if (upload.files.includes(path)) return false
    upload.files.push(path)
    await pipeline(content, createWriteStream(path, { mode: 0o600 }))
    return true
  }

  /** The upload of that id, if it is this session's and not too old; else null. */
  async find(id: string, session: string): Promise<Upload | null> {
    if (!/^[\da-f]{32}$/.test(id)) return null
    await this.sweep()
    const folder = join(await this.#folder(), id)
    const owner = await readFile(join(folder, 'owner'), 'utf8').catch(() => null)
    if (owner !== ownerOf(session)) return null
    const names = await readdir(join(folder, 'files')).catch(() => [])
    return { id, folder, files: names.map((name) => join(folder, 'files', name)) }
  }

  /**
   * Lets `use` have the files, and deletes them after it; where it fails they are there again. Notes about them stay until the
   * hour is over. Of two who use them at once, the second does nothing.
   */
  async use({ folder }: Upload, use: (files: string[]) => Promise<void>): Promise<void> {
    const [waiting, taken] = [join(folder, 'files'), join(folder, 'taken')]
    const isOurs = await rename(waiting, taken).then(
      () => true,
      () => false,
    )
    if (!isOurs) return
    try {
      await use((await readdir(taken)).map((name) => join(taken, name)))
    } catch (error) {
      await rename(taken, waiting)
      throw error
    }
    await rm(taken, { recursive: true, force: true })
  }

  async remove({ folder }: Upload): Promise<void> {
    await rm(folder, { recursive: true, force: true })
  }

  /** Deletes what is too old, also of a process that ended before its hour was over. */
  async sweep(): Promise<void> {
    const root = await this.#folder()
    const now = Date.now()
    for (const name of await readdir(root)) {
      const made = await stat(join(root, name, 'owner')).catch(() => null)
      if (made && now - made.mtimeMs > keptMs) await rm(join(root, name), { recursive: true, force: true })
    }
  }

  close(): void {
    for (const clock of this.#clocks) clearTimeout(clock)
  }

  async #folder(): Promise<string> {
    this.#root ??= await mkdtemp(join(tmpdir(), 'courtesy-uploads-'))
    await mkdir(this.#root, { recursive: true, mode: 0o700 })
    return this.#root
  }
}

function ownerOf(session: string): string {
  return createHash('sha256').update(session).digest('hex')
}

/** The last part of a path, of whichever system, with nothing in it that a path or a terminal could take for more. */
function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const plain = last
    .replaceAll(/[^\p{L}\p{N}._ -]/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 100)
  return plain === '' ? 'file' : plain
}
