import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** A message as a real SMTP server took it. */
export type Received = { from: string; to: string[]; raw: Buffer }

/** What the server does with a message: takes it (nothing returned), or answers with a code, or cuts the connection. */
export type Answer = void | { code: number; text: string } | 'drop'

/**
 * A real SMTP server on loopback that records what it takes. `onRecipient` answers RCPT TO, `onMessage` the final dot.
 * Closed when the test ends.
 */
export async function smtpReceiver(
  t: { teardown(close: () => Promise<void>): unknown },
  answers: {
    onRecipient?: (address: string) => Answer
    onMessage?: (message: Received) => Answer | Promise<Answer>
  } = {},
): Promise<{ url: string; received: Received[]; connections: () => number }> {
  const received: Received[] = []
  let connections = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onConnect: (_session, done) => {
      connections += 1
      done()
    },
    onRcptTo: (address, _session, done) => done(refusal(answers.onRecipient?.(address.address))),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      const answer = async () => {
        const { mailFrom, rcptTo } = session.envelope
        const message = {
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map((one) => one.address),
          raw: Buffer.concat(chunks),
        }
        const said = await answers.onMessage?.(message)
        if (said === 'drop') {
          for (const connection of server.connections) {
            if ((connection as unknown as { session: unknown }).session === session) connection.close()
          }
          return
        }
        if (!said) received.push(message)
        done(refusal(said))
      }
      stream.on('end', () => void answer())
    },
  })
  // A client that goes away in the middle is part of some tests.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  return { url: `smtp://127.0.0.1:${port}`, received, connections: () => connections }
}

function refusal(answer: Answer): Error | null {
  if (!answer || answer === 'drop') return null
  return Object.assign(new Error(answer.text), { responseCode: answer.code })
}
