import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('..', import.meta.url))
const readMe = readFileSync(join(root, 'README.md'), 'utf8')

t.test('every test that the README names is there', async (t) => {
  const named = [...readMe.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, file = '']) => file)
  t.ok(named.length > 10)
  t.same(
    named.filter((file) => !existsSync(join(root, file))),
    [],
  )
})

t.test('the commands of the README run as they stand, from an empty folder', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'courtesy-readme-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const block = /## From an export to a campaign\n\n```sh\n([^`]+)```/.exec(readMe)?.[1] ?? ''
  const lines = block.split('\n').filter((line) => line.startsWith('npx courtesy') && !line.endsWith(' serve'))
  t.ok(lines.length >= 8)
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATA_DIR: join(folder, 'data'),
    PUBLIC_URL: 'http://127.0.0.1:3999',
  }
  for (const line of lines) {
    const command = line.replace('npx courtesy', `"${process.execPath}" bin/courtesy.mjs`)
    const run = spawnSync('bash', ['-c', command.replaceAll(/\bledger\.(pub|zip)\b/g, `${folder}/ledger.$1`)], {
      cwd: root,
      env,
      encoding: 'utf8',
    })
    t.equal(run.status, 0, `${line}\n${run.stderr}`)
  }
})
