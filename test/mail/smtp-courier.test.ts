import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { assertEnvelope, termsUntil, type Parcel } from '../../src/mail/courier.ts'
import { smtpCourier } from '../../src/mail/smtp-courier.ts'
import { smtpReceiver } from '../support/smtp-receiver.ts'

type T = { teardown(close: () => Promise<void>): unknown }

function parcel(to: string, delivery = to): Parcel {
  return {
    delivery,
    from: 'news@fern.example',
    to,
    mime: `To: ${to}\r\nFrom: news@fern.example\r\n\r\nHello\r\n.dot\r\n`,
  }
}

function courierTo(t: T, url: string, connections = 2) {
  const courier = smtpCourier({ url, ourName: 'fern.example', connections, perConnection: 5 })
  t.teardown(() => courier.close())
  return courier
}

const soon = () => termsUntil(performance.now() + 20_000)

/** A server that speaks just enough SMTP to fail at one chosen point. */
async function failingServer(
  t: T,
  failAt: 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'DOT' | 'RSET' | 'QUIT',
  how: (socket: Socket) => void,
  hello = '250 ok',
  toRecipients = '250 ok',
): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.write('220 ready\r\n')
    let inData = false
    socket.on('data', (chunk) => {
      for (const line of chunk.toString('latin1').split('\r\n')) {
        if (inData && line === '.') {
          inData = false
          if (failAt === 'DOT') how(socket)
          else socket.write('250 2.0.0 taken\r\n')
        } else if (!inData && line !== '') {
          const verb = line.slice(0, 4).toUpperCase()
          if (verb === failAt) return how(socket)
          if (verb === 'DATA' && toRecipients.startsWith('2')) inData = true
          if (verb === 'DATA' && !inData) {
            socket.write('554 no valid recipients\r\n')
            continue
          }
          const answers: Record<string, string> = { DATA: '354 go on', EHLO: hello, RCPT: toRecipients }
          socket.write(`${answers[verb] ?? '250 ok'}\r\n`)
        }
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('before the dot a failure is deferred, after it unknown, whichever way the connection ends', async (t) => {
  const ends: Record<string, (socket: Socket) => void> = {
    reset: (socket) => socket.resetAndDestroy(),
    'clean end': (socket) => socket.end(),
  }
  for (const [name, how] of Object.entries(ends)) {
    for (const phase of ['EHLO', 'MAIL', 'RCPT', 'DATA'] as const) {
      const [outcome] = await courierTo(t, await failingServer(t, phase, how)).deliver(
        [parcel('ada@example.com')],
        soon(),
      )
      t.equal(outcome?.kind, 'deferred', `${name} at ${phase}`)
    }
    const [outcome] = await courierTo(t, await failingServer(t, 'DOT', how)).deliver(
      [parcel('ada@example.com')],
      soon(),
    )
    t.equal(outcome?.kind, 'unknown', `${name} after the dot`)
  }
})

t.test('a reply with a code is what it says, before and after the dot', async (t) => {
  for (const phase of ['MAIL', 'RCPT', 'DOT'] as const) {
    for (const [reply, kind] of [
      ['550 5.7.1 no', 'refused'],
      ['451 4.3.0 later', 'deferred'],
      ['421 4.3.2 closing', 'deferred'],
    ] as const) {
      const url = await failingServer(t, phase, (socket) => void socket.write(`${reply}\r\n`))
      const [outcome] = await courierTo(t, url).deliver([parcel('ada@example.com')], soon())
      t.match(outcome, { kind, reached: true }, `${reply} at ${phase}`)
    }
  }
})

t.test('after a refusal the same connection carries the next message', async (t) => {
  const receiver = await smtpReceiver(t, {
    onRecipient: (to) => (to.startsWith('no') ? { code: 550, text: '5.1.1 no' } : undefined),
  })
  const courier = courierTo(t, receiver.url, 1)
  const parcels = ['a', 'no1', 'b', 'no2', 'c'].map((name) => parcel(`${name}@example.com`))
  const outcomes = await courier.deliver(parcels, soon())
  t.same(
    outcomes.map(({ kind }) => kind),
    ['sent', 'refused', 'sent', 'refused', 'sent'],
  )
  t.equal(receiver.connections(), 1)
})

t.test('after a refusal a line may rest, and what comes to it later begins anew', async (t) => {
  const receiver = await smtpReceiver(t, {
    onRecipient: (address) => (address.startsWith('no') ? { code: 550, text: '5.1.1 no' } : undefined),
  })
  const courier = courierTo(t, receiver.url, 1)
  for (const round of [1, 2, 3]) {
    const [no] = await courier.deliver([parcel(`no${round}@example.com`)], soon())
    const [yes] = await courier.deliver([parcel(`yes${round}@example.com`)], soon())
    t.match([no, yes], [{ kind: 'refused', reply: /5\.1\.1/ }, { kind: 'sent' }])
  }
})

t.test('what arrives is what was handed over', async (t) => {
  const receiver = await smtpReceiver(t)
  await courierTo(t, receiver.url).deliver([parcel('ada@example.com')], soon())
  t.equal(receiver.received[0]?.raw.toString('latin1'), parcel('ada@example.com').mime)
  t.match(receiver.received[0], { from: 'news@fern.example', to: ['ada@example.com'] })
})

t.test('what was not begun within its lease does not begin', async (t) => {
  const receiver = await smtpReceiver(t)
  const [outcome] = await courierTo(t, receiver.url).deliver(
    [parcel('ada@example.com')],
    termsUntil(performance.now() - 1),
  )
  t.match(outcome, { kind: 'deferred', reply: /not begun in time/ })
  t.equal(receiver.received.length, 0)
})

t.test('an envelope that is not the judged one never opens a socket', async (t) => {
  const receiver = await smtpReceiver(t)
  const bad: Parcel[] = [
    parcel('a@example.com, b@example.com'),
    parcel('a@example.com\r\nRCPT TO:<b@example.com>'),
    parcel('"a b"@example.com'),
    parcel('a@x。example'),
    parcel('<a@example.com>'),
    { ...parcel('a@example.com'), to: 'b@example.com' },
    { ...parcel('a@example.com'), from: 'news@fern.example> SIZE=1' },
  ]
  for (const one of bad) {
    t.throws(() => assertEnvelope(one), /not the one that was judged/, one.to)
    const outcomes = await courierTo(t, receiver.url).deliver([one], soon())
    t.match(outcomes, [{ kind: 'deferred', reached: false }])
  }
  t.equal(receiver.connections(), 0)
  const outcomes = await courierTo(t, receiver.url).deliver([parcel('a@example.com'), ...bad], soon())
  t.equal(outcomes[0]?.kind, 'sent', 'and the others of the batch are answered for')
})

t.test('a relay that drops the connection in the middle of signing in or starting over never hangs us', async (t) => {
  const signIn = await failingServer(t, 'AUTH', (socket) => socket.end(), '250-hello\r\n250 AUTH PLAIN')
  const [first] = await courierTo(t, signIn.replace('smtp://', 'smtp://user:pass@')).deliver(
    [parcel('ada@example.com')],
    soon(),
  )
  t.match(first, { kind: 'deferred', reached: false })
  const startOver = await failingServer(t, 'RSET', (socket) => socket.end(), undefined, '550 5.1.1 no')
  const outcomes = await courierTo(t, startOver, 1).deliver(
    [parcel('ada@example.com'), parcel('ben@example.com')],
    soon(),
  )
  t.same(
    outcomes.map(({ kind }) => kind),
    ['refused', 'refused'],
  )
})

t.test('what is wrong with us is never counted against a mailbox', async (t) => {
  const wrongPassword = await failingServer(
    t,
    'AUTH',
    (socket) => void socket.write('535 5.7.8 no\r\n'),
    '250-hello\r\n250 AUTH PLAIN',
  )
  const [outcome] = await courierTo(t, wrongPassword.replace('smtp://', 'smtp://user:pass@')).deliver(
    [parcel('ada@example.com')],
    soon(),
  )
  t.match(outcome, { kind: 'deferred', reached: false, reply: /535/ })
})

t.test('a relay that gets ready a byte at a time is given up all the same (F14)', async (t) => {
  const trickle = (socket: Socket) => {
    const timer = setInterval(() => socket.write('2'), 20)
    socket.on('close', () => clearInterval(timer))
  }
  const url = await failingServer(t, 'EHLO', trickle)
  const courier = smtpCourier({ url, ourName: 'fern.example', connections: 1, perConnection: 1, silenceMs: 200 })
  t.teardown(() => courier.close())
  t.match(await courier.deliver([parcel('ada@example.com')], soon()), [{ kind: 'deferred', reached: false }])
})

t.test('a courier that is closed answers for all that it was given, and opens nothing more', async (t) => {
  const met = Promise.withResolvers<void>()
  const courier = courierTo(t, await failingServer(t, 'DOT', () => met.resolve()), 1)
  const delivering = courier.deliver(
    ['ada', 'ben', 'cyn'].map((name) => parcel(`${name}@example.com`)),
    soon(),
  )
  await met.promise
  await courier.close()
  t.match(await delivering, [{ kind: 'unknown' }, { kind: 'deferred' }, { kind: 'deferred' }])
})

t.test('a non-ASCII mailbox goes only to a relay that offers SMTPUTF8', async (t) => {
  const plain = await failingServer(t, 'QUIT', (socket) => socket.end())
  const [refused] = await courierTo(t, plain).deliver([utf8Parcel('zoë@example.com')], soon())
  t.match(refused, { kind: 'refused', reply: /5\.6\.7/ })
  const able = await failingServer(t, 'QUIT', (socket) => socket.end(), '250-hello\r\n250-8BITMIME\r\n250 SMTPUTF8')
  const [taken] = await courierTo(t, able).deliver([utf8Parcel('zoë@example.com')], soon())
  t.match(taken, { kind: 'sent' })
})

function utf8Parcel(to: string): Parcel {
  return { ...parcel(to), mime: parcel(to).mime.replace(to, Buffer.from(to).toString('latin1')) }
}
