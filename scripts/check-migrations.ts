import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Fails when the schema in src/store/schema.ts says something that no migration does yet. Works on a copy. */
const root = fileURLToPath(new URL('..', import.meta.url))
const copy = mkdtempSync(join(tmpdir(), 'courtesy-migrations-'))
try {
  for (const part of ['src', 'migrations', 'drizzle.config.ts', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const run = spawnSync(
    process.execPath,
    [join(root, 'node_modules/drizzle-kit/bin.cjs'), 'generate', '--name=unexpected'],
    { cwd: copy, encoding: 'utf8' },
  )
  const made = readdirSync(join(copy, 'migrations')).filter((file) => file.endsWith('_unexpected.sql'))
  if (run.status !== 0 || made.length > 0) {
    console.error(run.stdout, run.stderr)
    console.error(
      'The schema and the migrations differ. Write the migration: npx drizzle-kit generate --name=what_it_does',
    )
    process.exitCode = 1
  } else {
    console.log('The migrations say what the schema says.')
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
