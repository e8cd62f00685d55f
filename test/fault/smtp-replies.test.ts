// What odd replies of a receiver showed, each as it must be.
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { termsUntil, type Parcel } from '../../src/mail/courier.ts'
import { faultServer } from '../support/fault-smtp-server.ts'
import { courierTo } from '../support/oracle.ts'

const soon = () => termsUntil(performance.now() + 20_000)

function parcel(to: string, body = 'Hello\r\n'): Parcel {
  const mime = `Message-ID: <${to}>\r\nSubject: x\r\nTo: ${to}\r\nFrom: news@fern.example\r\n\r\n${body}`
  return { delivery: to, from: 'news@fern.example', to, mime }
}

t.test('an answer to MAIL that is no reply is nobody’s refusal: deferred (I-8)', async (t) => {
  const server = await faultServer(t, ({ phase }) => (phase === 'MAIL' ? 'garbage' : undefined))
  t.match(await courierTo(t, server, 1).deliver([parcel('ada@example.com')], soon()), [{ kind: 'deferred' }])
})

for (const reply of ['354 go on', '1 hour from now', '600 taken']) {
  t.test(`"${reply}" after the dot is no refusal: unknown, never sent again by itself (I-5, I-8)`, async (t) => {
    const server = await faultServer(t, ({ phase }) => (phase === 'DOT' ? { reply } : undefined))
    t.match(await courierTo(t, server, 1).deliver([parcel('ada@example.com')], soon()), [{ kind: 'unknown' }])
  })
}

t.test(
  'a relay that answers one dot twice: the next message is not taken for undelivered when it was (I-5)',
  async (t) => {
    const server = await faultServer(t, ({ phase, times }) =>
      phase === 'DOT' && times === 0 ? { reply: '250 2.0.0 taken\r\n250 2.0.0 taken' } : undefined,
    )
    const courier = courierTo(t, server, 1)
    for (const name of ['ada', 'ben', 'cyn', 'dov']) {
      const to = `${name}@example.com`
      const [outcome] = await courier.deliver([parcel(to)], soon())
      const copy = server.dots.some((dot) => dot.recipient === to && !dot.refused)
      if (copy)
        t.ok(outcome?.kind === 'sent' || outcome?.kind === 'unknown', `${name}: ${outcome?.kind}, and she has it`)
      else t.ok(outcome?.kind !== 'sent', `${name}: ${outcome?.kind}, and she has nothing`)
    }
  },
)

t.test(
  'refused in the middle of a long message: the next mail goes on a connection that is in order (F9)',
  async (t) => {
    const server = await faultServer(t, ({ phase, recipient }) =>
      phase === 'BODY' && recipient === 'ada@example.com' ? 'early-5xx' : undefined,
    )
    const courier = courierTo(t, server, 1)
    const long = 'x'.repeat(70).concat('\r\n').repeat(400_000)
    t.match(await courier.deliver([parcel('ada@example.com', long)], soon()), [{ kind: 'refused' }])
    const next = courier.deliver([parcel('ben@example.com')], soon())
    t.match(await Promise.race([next, wait(60_000, 'still waiting', { ref: false })]), [{ kind: 'sent' }])
    server.cut()
  },
)
