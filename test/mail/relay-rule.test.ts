import t from 'tap'
import { isLoopback } from '../../src/domain/loopback.ts'
import { missingForRelay } from '../../src/mail/relay-rule.ts'

const good = {
  smtpUrl: 'smtp://relay.fern.example:587',
  publicUrl: 'https://choices.fern.example',
  signs: true,
  relaySigns: false,
}

t.test('topic mail goes to a relay beyond this machine only with https links and a signature', async (t) => {
  t.same(missingForRelay(good), [])
  t.same(missingForRelay({ ...good, signs: false, relaySigns: true }), [])
  t.match(missingForRelay({ ...good, publicUrl: 'http://choices.fern.example' }), [/PUBLIC_URL must start with https/])
  t.match(missingForRelay({ ...good, signs: false }), [/DKIM_KEY_FILE/])
  t.equal(missingForRelay({ ...good, publicUrl: 'http://x.example', signs: false }).length, 2)
})

t.test('on this machine nothing is missing', async (t) => {
  const near = { publicUrl: 'http://127.0.0.1:3000', signs: false, relaySigns: false }
  for (const smtpUrl of [null, 'smtp://localhost:2525', 'smtp://127.0.0.1:25', 'smtp://[::1]:25'])
    t.same(missingForRelay({ ...near, smtpUrl }), [])
})

t.test('only an address of this machine is loopback', async (t) => {
  for (const host of ['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]']) t.ok(isLoopback(host), host)
  for (const host of ['localhost.evil.example', '127.0.0.1.evil.example', '0.0.0.0', '10.0.0.1', '::', '1.127.0.0'])
    t.notOk(isLoopback(host), host)
})
