import { execFile, type SpawnOptions } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Problem } from '../domain/problem.ts'
import { type Binaries, bundledBinaries, enterableCopyOf } from './postgres-binaries.ts'

/**
 * As whom the server runs, and how a program is started so. `owner` is undefined for an ordinary user, whose server runs as herself.
 * PostgreSQL refuses to run as root, so root starts it as somebody else.
 */
export type Account = {
  binaries: Binaries
  owner: Owner | undefined
  command(program: string, args: string[]): { file: string; args: string[]; options: SpawnOptions }
}
export type Owner = { uid: number; gid: number }

/**
 * The account for the server of this data folder (absolute, without symbolic links; it must exist).
 * @throws Problem 'unavailable' when nobody is found who can run it.
 */
export async function accountFor(dataDir: string): Promise<Account> {
  const binaries = await bundledBinaries()
  if (process.getuid?.() !== 0) return plainAccount(binaries, undefined)
  const owner = await ownerFor(dataDir)
  const entersData = await allows(dataDir, owner, 0o1)
  if (entersData && (await runs(binaries, owner))) return plainAccount(binaries, owner)
  const capable = capableAccount(binaries, owner)
  if (await works(capable)) return capable
  if (entersData) return plainAccount(await enterableCopyOf(binaries, dataDir), owner)
  throw new Problem(
    'unavailable',
    `PostgreSQL does not run as root, and user id ${owner.uid}, which runs it instead, cannot enter ${dataDir}; ` +
      'set DATA_DIR to a folder that others may enter (such as one in /var/lib), or set DATABASE_URL to a PostgreSQL 15 or newer',
  )
}

/** Existing data keeps its owner; new data goes to the first of these users that the machine has. */
async function ownerFor(dataDir: string): Promise<Owner> {
  const data = await stat(join(dataDir, 'postgres')).catch(() => undefined)
  if (data && data.uid !== 0) return data
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((user) => user[0] === name) ?? []
    if (Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Problem(
    'unavailable',
    'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody"; ' +
      'start as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or newer',
  )
}

function plainAccount(binaries: Binaries, owner: Owner | undefined): Account {
  const options = owner ? { uid: owner.uid, gid: owner.gid } : {}
  return { binaries, owner, command: (program, args) => ({ file: program, args, options }) }
}

/**
 * Runs as the owner but keeps the one capability that lets it enter folders closed to it, such as a checkout in root's home.
 * Without the secure bit the capability would not count in access(2), by which PostgreSQL looks for its own files.
 */
function capableAccount(binaries: Binaries, owner: Owner): Account {
  const drop = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--securebits=+no_setuid_fixup']
  const keep = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--']
  return {
    binaries,
    owner,
    command: (program, args) => ({
      file: 'setpriv',
      args: [...drop, ...keep, program, ...args],
      options: {},
    }),
  }
}

async function works(account: Account): Promise<boolean> {
  const { file, args } = account.command(account.binaries.postgres, ['--version'])
  return promisify(execFile)(file, args).then(
    () => true,
    () => false,
  )
}

async function runs(binaries: Binaries, owner: Owner): Promise<boolean> {
  const needed = [binaries.postgres, join(binaries.folder, 'lib'), join(binaries.folder, 'share')]
  return (await Promise.all(needed.map((path) => allows(path, owner, 0o5)))).every(Boolean)
}

/** Whether the permission bits (as of the last octal digit) of `path`, and entry to every folder above it, are granted. */
async function allows(path: string, owner: Owner, bits: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path)
  const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0
  if (((mode >> shift) & bits) !== bits) return false
  return path === dirname(path) || allows(dirname(path), owner, 0o1)
}
