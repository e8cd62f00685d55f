import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import { mutated, mutations } from '../support/bundle-mutations.ts'
import { ownersKey } from '../support/bundles.ts'
import { ledgerProgram } from '../support/ledger-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const exitCodes = { verified: 0, 'not verified': 5, 'could not check': 1 }

const verify = (args: readonly string[]) => ledgerProgram(null, 'verify', ...args)

t.test('each way to tamper with a bundle ends with its verdict, its reason and its exit code', async (t) => {
  const folder = temporaryFolder(t)
  const names = mutations.map(({ name }) => name)
  t.equal(new Set(names).size, names.length, 'no name twice')
  t.ok(mutations.filter(({ verdict }) => verdict === 'not verified').length >= 40)
  for (const row of mutations) {
    const { name, trusts = { key: ownersKey }, verdict, reason } = row
    const file = join(folder, 'bundle.zip')
    writeFileSync(file, await mutated(row))
    const args = [file, '--json']
    for (const [option, text] of Object.entries(trusts)) {
      if (text === null) continue
      writeFileSync(join(folder, option), text)
      args.push(`--${option}`, join(folder, option))
    }
    const { out, code } = await verify(args)
    const result = JSON.parse(out) as { verdict: string; reason: string | null }
    t.equal(result.verdict, verdict, `${name}: ${result.reason}`)
    if (reason === null) t.equal(result.reason, null, name)
    else t.match(result.reason, reason, name)
    t.equal(code, exitCodes[verdict], `exit code: ${name}`)
  }
})

t.test('a verdict is one of three, in words', async (t) => {
  const folder = temporaryFolder(t)
  const words = async (name: string) => {
    const row = mutations.find((one) => one.name === name)
    if (!row) throw new Error(`there is no row "${name}"`)
    const [file, key] = [join(folder, 'bundle.zip'), join(folder, 'key')]
    writeFileSync(file, await mutated(row))
    writeFileSync(key, ownersKey)
    const { out } = await verify(row.trusts?.key === null ? [file] : [file, '--key', key])
    return out
  }
  t.match(await words('nothing (payloads)'), /^Verified\. All 7 entries .* none missing\. 6 payloads are what/)
  t.match(
    await words('nothing (part)'),
    /^Verified\. Each of the 4 entries is one of the 7 that were signed, unchanged\. Whether others/,
  )
  t.match(
    await words('a bit of an entry flipped'),
    /^Not verified: .* entry 3 .*\. Everything from entry 3 on is in doubt\.$/,
  )
  t.match(await words('nothing, and no key was brought (whole)'), /^Could not check: .* that key came in the same file/)
  t.match(await words('no zip at all'), /^Could not check: /)
  t.match(await verifyLedger(join(folder, 'nowhere.zip'), ownersKey), { verdict: 'could not check' })
})
