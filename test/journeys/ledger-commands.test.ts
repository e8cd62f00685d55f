import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { ledgerProgram } from '../support/ledger-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

t.test('what somebody had agreed to, its proof, and the register, from the command line', async (t) => {
  const house = await openTestHouse(t)
  const folder = temporaryFolder(t)
  const run = (...args: string[]) => ledgerProgram(house, ...args)
  const [proof, key, checkpoint] = ['proof.zip', 'key.pub', 'checkpoint.txt'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const ada = 'ada@example.com'
  t.match(await run('checkpoint'), { problem: { code: 'not-found' } })
  await addTopics(house)
  await addPerson(house, ada, yesTo([1]))
  writeFileSync(checkpoint, `${(await run('checkpoint')).out}\n`)
  t.match(JSON.parse((await run('checkpoint', '--json')).out), { size: 1, note: /^test\.example\/ledger\n1\n/ })
  writeFileSync(key, (await run('key')).out)
  const proving = await run('prove', ada, '-o', proof, '--since', checkpoint, '--by', 'Olga', '--json')
  t.match(JSON.parse(proving.out), { file: proof, entry: 2, destroyBy: /^\d{4}-\d\d-\d\d$/ })
  const verify = (...args: string[]) => ledgerProgram(null, 'verify', proof, ...args)
  t.match(await verify('--key', key, '--since', checkpoint), { code: 0, out: /^Verified\. / })
  t.match(await verify(), { code: 1, out: /^Could not check: .*came in the same file/ })

  const now = new Date().toISOString()
  const at = await run('at', ada, now, '--json')
  t.match(JSON.parse(at.out), { address: ada, entry: 1, answers: [{ topic: 'repairs', evidence: 'seen' }] })
  t.match(await run('at', ada, now.slice(0, 10)), { code: 0, out: /^Rests on entry 1 of/m })
  t.match(await run('at', ada, '2001-01-01'), { code: 1, out: /^Could not check: not known yet\.$/ })
  t.match(JSON.parse((await run('at', ada, '2001-01-01', '--json')).out), {
    verdict: 'could not check',
    sentence: null,
  })
  t.match(await run('at', ada, 'yesterday'), { problem: { code: 'invalid-input', message: /2026-03-31/ } })
  t.match(await run('at', ada, '2026-02-30'), { problem: { code: 'invalid-input' } })

  t.match(JSON.parse((await run('exports', '--json')).out), {
    exports: [{ what: 'proof', by: 'Olga', withPayloads: true }],
  })
  t.match(await run('exports'), { out: /proof, person .*; with payloads; by Olga; destroy by/ })
  const none = await run('export', '-o', proof, '--from', '2001-01-01', '--to', '2001-12-31')
  t.match(none.problem, { code: 'not-found', message: /no such entry; nothing was exported/ })
  const backwards = await run('export', '-o', proof, '--from', '2001-01-02', '--to', '2001-01-01')
  t.match(backwards.problem, { code: 'invalid-input', message: /ends .* before it begins/ })
  const oneDay = await run(
    'export',
    '-o',
    proof,
    '--from',
    now.slice(0, 10),
    '--to',
    now.slice(0, 10),
    '--person',
    ada,
    '--csv',
  )
  t.match(oneDay, { problem: null, words: /is written, under a checkpoint of 3 entries/ })
  t.match(await verify('--key', key), { code: 0, out: /of the 3 that were signed|All 3 entries/ })
  t.match(await run('export', '-o', proof, '--destroy-by', '2026-02-30'), { problem: { code: 'invalid-input' } })
})
