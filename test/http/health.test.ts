import t from 'tap'
import { signGrown } from '../../src/actions/sign-checkpoint.ts'
import { readHealth } from '../../src/actions/read-health.ts'
import { openApp } from '../support/app.ts'
import { addCast } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { goBackTo, grow } from '../support/older-ledger.ts'
import { sendNow, takingCourier, writeCampaign } from '../support/sending.ts'

t.test('the numbers are shown to this machine and to trusted networks, and never through a proxy', async (t) => {
  const { server } = await openApp(t, { trustedProxies: ['10.1.0.0/16', '2001:db8::7'] })
  const from = async (remoteAddress: string, headers: Record<string, string> = {}) =>
    (await server.inject({ url: '/metrics', remoteAddress, headers })).statusCode
  for (const inside of [
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '::ffff:127.0.0.1',
    '10.1.2.3',
    '::ffff:10.1.2.3',
    '2001:db8::7',
  ]) {
    t.equal(await from(inside), 200, inside)
  }
  for (const outside of ['10.2.0.1', '192.168.0.1', '8.8.8.8', '2001:db8::8', '::ffff:8.8.8.8']) {
    t.equal(await from(outside), 404, outside)
  }
  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
    t.equal(await from('127.0.0.1', { [name]: '127.0.0.1' }), 404, `with ${name}`)
  }
})

t.test('they are gauges about the whole house, and about nobody', async (t) => {
  const { house, server } = await openApp(
    t,
    {},
    { courier: takingCourier(() => ({ kind: 'unknown', reply: null, reached: true })).courier },
  )
  await house.database.sql`delete from topics`
  await addCast(house)
  await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  await signGrown(house)
  await grow(house, 2)
  const { body, headers } = await server.inject('/metrics')
  t.match(headers['content-type'], 'text/plain; version=0.0.4')
  const value = (name: string) => Number(new RegExp(`^courtesy_${name} ([\\d.e-]+)$`, 'm').exec(body)?.[1])
  t.equal(value('ledger_entries') - value('ledger_signed_entries'), 2)
  t.ok(value('ledger_checkpoint_age_seconds') >= 0)
  t.equal(value('ledger_fits'), 1)
  t.equal(value('deliveries\\{state="unknown"\\}'), 1)
  t.equal(value('deliveries\\{state="held"\\}'), 1)
  t.notMatch(body, /^courtesy_worker_silent/m, 'no worker, no age of it')
  for (const line of body.trimEnd().split('\n')) {
    t.match(line, /^(?:# (?:HELP|TYPE) courtesy_[a-z_]+ .+|courtesy_[a-z_]+(?:\{state="[a-z]+"\})? [\d.e-]+)$/)
  }
  t.notMatch(body, /example\.com|darn|Fern|[\da-f]{8}-[\da-f]{4}/)
})

t.test('a house whose ledger does not fit its mark is not ready, and says no more than that', async (t) => {
  const { house, server } = await openApp(t)
  await grow(house, 5)
  await signGrown(house)
  t.equal((await server.inject('/readyz')).statusCode, 200)
  await goBackTo(house, 3)
  const { statusCode, body } = await server.inject('/readyz')
  t.equal(statusCode, 503)
  t.match(body, /^the ledger does not fit its high-water mark; a person has to decide/)
  t.match((await server.inject('/metrics')).body, 'courtesy_ledger_fits 0\n')
  t.equal((await server.inject('/healthz')).statusCode, 200)
})

t.test('readiness is read, never written', async (t) => {
  const house = await openTestHouse(t)
  const { sql } = house.database
  t.equal(await readHealth({ ...house, database: { ...house.database, sql: house.database.readOnly } }), null)
  t.same(await sql`select size from checkpoints`, [])
})
