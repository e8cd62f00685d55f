import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { erasePerson } from '../../src/actions/erase.ts'
import type { House } from '../../src/actions/house.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { currentCheckpoint } from '../../src/actions/sign-checkpoint.ts'
import { standingAt, type StandingAt } from '../../src/actions/standing-at.ts'
import { frozen } from '../../src/domain/wording.ts'
import { openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { confirmed, writeExport } from '../support/mailchimp-files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const address = 'vera@example.com'

async function standing(house: House, at: Date): Promise<StandingAt> {
  const then = await standingAt(house, { address }, at)
  if (then.kind !== 'standing') throw new Error(then.reason)
  return then.standing
}

async function newestOf(house: House): Promise<{ number: number; at: Date }> {
  const [row] = await house.database.sql<{ number: string; at: string }[]>`
    select number, body::jsonb ->> 'at' as at from entries order by number desc limit 1`
  return { number: Number(row?.number), at: new Date(row?.at ?? '') }
}

t.test(
  'what she had agreed to at any past instant: the sentence, the entry, what she saw and did, and what changed it',
  async (t) => {
    const app = await openApp(t)
    const { house, server } = app
    const attested = frozen('<p>Tick what you want to hear about.</p>')
    const wordingFile = join(temporaryFolder(t), 'form.html')
    writeFileSync(wordingFile, attested.body)
    const files = writeExport(t, { subscribed: [confirmed(address)] })
    await importPeople(house, {
      files,
      topicsColumn: 'About what?',
      pace: 'digest-monthly',
      wording: wordingFile,
      attestedBy: 'Ada, CRM',
    })
    const imported = await newestOf(house)
    const [row] = await house.database.sql<
      { person: string }[]
    >`select person from addresses where canonical = ${address}`
    const her = visitor(server)
    await her.open(`/p/${tokenFor(house, row?.person ?? '')}`)
    her.tick('topic', '1', true)
    her.tick('channel', 'email', true)
    await her.press('Save my choices')
    const saved = await newestOf(house)

    const first = await standing(house, imported.at)
    t.match(first, {
      entry: imported.number,
      kind: 'imported',
      wording: attested.hash,
      evidence: 'attested',
      way: 'import',
      form: null,
    })
    t.ok(
      first.answers.every(({ evidence }) => evidence !== 'seen'),
      'what is attested never passes for seen',
    )
    t.match(first.next, { entry: saved.number, at: saved.at.toISOString() })
    t.same(await standing(house, new Date(saved.at.getTime() - 1)), {
      ...first,
      at: new Date(saved.at.getTime() - 1).toISOString(),
    })

    const second = await standing(house, saved.at)
    t.match(second, {
      entry: saved.number,
      recordedAt: saved.at.toISOString(),
      evidence: 'seen',
      way: 'page',
      next: null,
    })
    t.not(second.wording, attested.hash)
    t.match(second.form, { shown: [1, 2], preticked: first.answers.length > 0 ? [1] : [] })
    t.match(second.details, { details: { shown: '1,2' } })
    t.not(second.sentence, '')

    t.same(await standingAt(house, { address }, new Date(imported.at.getTime() - 1)), {
      kind: 'could not check',
      reason: 'not known yet',
    })
    await t.rejects(standingAt(house, { address }, new Date(Date.now() + 86_400_000)), { code: 'invalid-input' })
    await t.rejects(standingAt(house, { address }, new Date('x')), { code: 'invalid-input' })
    await t.rejects(standingAt(house, { address: 'nobody@example.com' }, saved.at), { code: 'not-found' })
    await erasePerson(house, row?.person ?? '', { way: 'staff', by: null })
    t.same(await standingAt(house, { address }, saved.at), { kind: 'could not check', reason: 'erased' })
    t.same(await standingAt(house, { person: row?.person ?? '' }, saved.at), {
      kind: 'could not check',
      reason: 'erased',
    })
  },
)

t.test('the newest signed state is there for everybody, and looking signs nothing', async (t) => {
  const { house, server } = await openApp(t)
  const { sql } = house.database
  const count = async () => (await sql`select count(*)::int as n from checkpoints`)[0]?.['n'] as number
  t.equal((await server.inject({ url: '/ledger/checkpoint' })).statusCode, 404)
  await addPerson(house, address, yesTo([1]))
  const { note } = await currentCheckpoint(house)
  t.same(await currentCheckpoint(house), await currentCheckpoint(house), 'one that did not grow is not signed again')
  const signed = await count()
  const seen = await server.inject({ url: '/ledger/checkpoint' })
  t.match(seen, { statusCode: 200, body: note, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  t.equal(await count(), signed)
  t.equal((await server.inject({ method: 'POST', url: '/ledger/checkpoint' })).statusCode, 405)
})
