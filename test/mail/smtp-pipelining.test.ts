import t from 'tap'
import type { Parcel, Terms } from '../../src/mail/courier.ts'
import { faultServer, type Phase } from '../support/fault-smtp-server.ts'
import { courierTo } from '../support/oracle.ts'

const terms = (more: Partial<Terms> = {}): Terms => ({
  begunBefore: performance.now() + 60_000,
  recalled: () => false,
  perDestination: null,
  ...more,
})

function parcel(to: string, body = 'Hello\r\n'): Parcel {
  const mime = `Message-ID: <${to}>\r\nSubject: x\r\nTo: ${to}\r\nFrom: news@fern.example\r\n\r\n${body}`
  return { delivery: to, from: 'news@fern.example', to, mime }
}

const [ada, ben, cyn] = [parcel('ada@example.com'), parcel('ben@example.com'), parcel('cyn@example.com')]

for (const pipelining of [false, true]) {
  const how = pipelining ? 'pipelined' : 'in lock-step'

  t.test(`${how}: called back before it begins, a mail opens no connection`, async (t) => {
    const server = await faultServer(t, undefined, { pipelining })
    t.match(await courierTo(t, server, 1).deliver([ada], terms({ recalled: () => true })), [{ kind: 'recalled' }])
    t.equal(server.connections().opened, 0)
  })

  t.test(`${how}: called back while DATA is open, it gets no dot, and the others go`, async (t) => {
    let withdrawn = false
    const server = await faultServer(
      t,
      ({ phase, recipient }) => {
        if (phase === 'DATA' && recipient === ben.to) withdrawn = true
        return undefined
      },
      { pipelining },
    )
    const recalled = (delivery: string) => withdrawn && delivery === ben.delivery
    const outcomes = await courierTo(t, server, 1).deliver([ada, ben, cyn], terms({ recalled }))
    t.same(
      outcomes.map(({ kind }) => kind),
      ['sent', 'recalled', 'sent'],
    )
    t.same(
      server.dots.map(({ recipient }) => recipient),
      [ada.to, cyn.to],
    )
  })

  t.test(`${how}: DATA opened although nobody was accepted gets an empty message, and the line goes on`, async (t) => {
    const server = await faultServer(
      t,
      ({ phase, recipient }) => {
        if (recipient !== ada.to) return undefined
        return phase === 'RCPT' ? { reply: '550 5.1.1 nobody' } : phase === 'DATA' ? { reply: '354 go on' } : undefined
      },
      { pipelining },
    )
    const outcomes = await courierTo(t, server, 1).deliver([ada, ben], terms())
    t.match(outcomes, [{ kind: 'refused', reply: /5\.1\.1/ }, { kind: 'sent' }])
    t.equal(server.connections().opened, 1)
    t.notOk(
      server.dots.some((dot) => dot.recipient === ada.to && dot.messageId !== ''),
      'nothing of hers was written',
    )
  })

  t.test(`${how}: a mail of its own earlier fence does not begin after it`, async (t) => {
    const server = await faultServer(t, undefined, { pipelining })
    const quiet = { ...ada, begunBefore: performance.now() - 1 }
    t.match(await courierTo(t, server, 1).deliver([quiet, ben], terms()), [
      { kind: 'deferred', reply: /not begun in time/ },
      { kind: 'sent' },
    ])
  })

  t.test(`${how}: a relay that closes after every mail gets a new connection for each, and nobody waits`, async (t) => {
    const server = await faultServer(t, ({ phase }) => (phase === 'DOT' ? 'last' : undefined), { pipelining })
    const outcomes = await courierTo(t, server, 1).deliver([ada, ben, cyn], terms())
    t.ok(outcomes.every(({ kind }) => kind === 'sent'))
    t.equal(server.connections().opened, 3)
    t.equal(server.dots.length, 3)
  })

  t.test(`${how}: at most so many mails to one domain are in hand; the others flow (F14)`, async (t) => {
    const release = Promise.withResolvers<void>()
    const othersSent = Promise.withResolvers<void>()
    let [inHand, most, others] = [0, 0, 0]
    const server = await faultServer(
      t,
      async ({ phase, recipient }) => {
        const slow = recipient?.endsWith('@slow.example') ?? false
        if (phase === 'RCPT' && slow) most = Math.max(most, ++inHand)
        if (phase !== 'DOT') return undefined
        if (slow) {
          await release.promise
          inHand -= 1
          // One mail may stand behind the dot of each slow one on its line.
        } else if (++others === 20 - 2) othersSent.resolve()
        return undefined
      },
      { pipelining },
    )
    const to = (domain: string, count: number) => Array.from({ length: count }, (_, n) => parcel(`p${n}@${domain}`))
    const mails = [...to('slow.example', 10), ...to('quick.example', 20)]
    const done = courierTo(t, server, 4).deliver(mails, terms({ perDestination: 2 }))
    await othersSent.promise
    t.equal(most, 2)
    release.resolve()
    const outcomes = await done
    t.ok(outcomes.every(({ kind }) => kind === 'sent'))
    t.equal(most, 2)
  })
}

t.test('a refused sender, yet somebody accepted and DATA opened: not even an empty message leaves', async (t) => {
  const server = await faultServer(
    t,
    ({ phase, recipient, times }) => {
      if (phase === 'MAIL' && times === 0) return { reply: '451 4.3.0 later' }
      return phase === 'DATA' && recipient === ada.to ? { reply: '354 go on' } : undefined
    },
    { pipelining: true },
  )
  t.match(await courierTo(t, server, 1).deliver([ada, ben], terms()), [{ kind: 'deferred' }, { kind: 'sent' }])
  t.same(
    server.dots.map(({ recipient }) => recipient),
    [ben.to],
  )
})

t.test('with PIPELINING an envelope stands behind the dot before it, and replies go to whom they belong', async (t) => {
  const phases: Phase[] = []
  const answers: Record<string, string> = { 'p1@example.com': '550 5.1.1 nobody', 'p3@example.com': '451 4.2.1 later' }
  const server = await faultServer(
    t,
    ({ phase, recipient }) => {
      phases.push(phase)
      const reply = phase === 'RCPT' ? answers[recipient ?? ''] : undefined
      return reply === undefined ? undefined : { reply }
    },
    { pipelining: true },
  )
  const mails = Array.from({ length: 6 }, (_, n) => parcel(`p${n}@example.com`))
  const outcomes = await courierTo(t, server, 1).deliver(mails, terms())
  t.same(
    outcomes.map(({ kind }) => kind),
    ['sent', 'refused', 'sent', 'deferred', 'sent', 'sent'],
  )
  t.equal(server.connections().opened, 1)
})
