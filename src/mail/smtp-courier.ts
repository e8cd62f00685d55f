import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { assertEnvelope, type Courier, type Outcome, type Parcel } from './courier.ts'
import { isLoopback } from './relay-rule.ts'

/** One relay. `connections` are kept open at once; `perConnection` parcels may wait for each when a batch is released. */
export type Relay = { url: string; ourName: string; connections: number; perConnection: number }

/**
 * Hands mail to a relay over plain connections of Nodemailer, one for each slot and never its pool: the pool tells
 * the same error for "nothing was sent" and "perhaps delivered". TLS is required beyond this machine.
 */
export function smtpCourier(relay: Relay): Courier {
  const slots = Array.from({ length: relay.connections }, () => openSlot(relay))
  const free = [...slots]
  const waiting: ((slot: Slot) => void)[] = []
  const take = async () => free.pop() ?? (await new Promise<Slot>((resolve) => waiting.push(resolve)))
  const give = (slot: Slot) => {
    const next = waiting.shift()
    if (next) next(slot)
    else free.push(slot)
  }
  return {
    batch: relay.connections * relay.perConnection,
    deliver: (parcels, begunBefore) =>
      Promise.all(
        parcels.map(async (parcel) => {
          assertEnvelope(parcel)
          const slot = await take()
          try {
            if (performance.now() > begunBefore) return deferred(parcel, 'it was not begun within its lease', true)
            return await slot.send(parcel)
          } finally {
            give(slot)
          }
        }),
      ),
    close: async () => {
      for (const slot of slots) slot.close()
    },
  }
}

type Slot = { send(parcel: Parcel): Promise<Outcome>; close(): void }
type Line = { connection: SMTPConnection; dotWritten: boolean; broken: boolean }

function openSlot(relay: Relay): Slot {
  let line: Line | null = null
  return {
    send: async (parcel) => {
      try {
        if (!line || line.broken) line = await connect(relay)
      } catch (error) {
        return failure(parcel, error as SmtpError, false)
      }
      return handOver(line, parcel)
    },
    close: () => line?.connection.quit(),
  }
}

type SmtpError = Error & { responseCode?: number; response?: string; code?: string }

async function connect(relay: Relay): Promise<Line> {
  const url = new URL(relay.url)
  const host = decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '')
  const near = isLoopback(host)
  const secure = url.protocol === 'smtps:'
  const line: Line = { connection: undefined as unknown as SMTPConnection, dotWritten: false, broken: false }
  line.connection = new SMTPConnection({
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ignoreTLS: near && !secure,
    requireTLS: !near && !secure,
    name: relay.ourName,
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    logger: dotWatcher(line),
  })
  await new Promise<void>((resolve, reject) => {
    line.connection.on('error', (error) => {
      line.broken = true
      reject(error)
    })
    line.connection.on('end', () => (line.broken = true))
    line.connection.connect((error) => (error ? reject(error) : resolve()))
  })
  if (url.username) {
    const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
    await new Promise<void>((resolve, reject) =>
      line.connection.login(auth, (error) => (error ? reject(error) : resolve())),
    )
  }
  return line
}

/**
 * Nodemailer logs an entry of kind "message" with a byte count exactly when the final dot has been written
 * (measured for every phase in which a connection can fail); nothing else tells it.
 */
const silent = () => undefined

function dotWatcher(line: Line) {
  const seen = (entry: { tnx?: string; outByteCount?: number }) => {
    if (entry.tnx === 'message' && entry.outByteCount !== undefined) line.dotWritten = true
  }
  return {
    level: () => undefined,
    trace: silent,
    debug: silent,
    info: seen,
    warn: silent,
    error: silent,
    fatal: silent,
  }
}

async function handOver(line: Line, parcel: Parcel): Promise<Outcome> {
  line.dotWritten = false
  const envelope = { from: parcel.from, to: [parcel.to], size: parcel.mime.length, use8BitMime: false }
  return new Promise((resolve) => {
    line.connection.send(envelope, Buffer.from(parcel.mime, 'latin1'), (error, info) => {
      if (!error) {
        resolve({ delivery: parcel.delivery, kind: 'sent', reply: info.response ?? null, reached: true })
        return
      }
      const outcome = failure(parcel, error as SmtpError, line.dotWritten)
      const answered = (error as SmtpError).responseCode !== undefined
      if (!answered || (error as SmtpError).responseCode === 421) line.broken = true
      if (line.broken) {
        line.connection.close()
        resolve(outcome)
        return
      }
      // The next message may only start once the relay has forgotten this one.
      line.connection.reset((failed) => {
        line.broken = Boolean(failed)
        resolve(outcome)
      })
    })
  })
}

function failure(parcel: Parcel, error: SmtpError, dotWritten: boolean): Outcome {
  const code = error.responseCode
  if (code !== undefined) {
    const kind = code >= 500 && code !== 535 && code !== 530 ? 'refused' : 'deferred'
    return { delivery: parcel.delivery, kind, reply: (error.response ?? String(code)).slice(0, 500), reached: true }
  }
  if (dotWritten) {
    return {
      delivery: parcel.delivery,
      kind: 'unknown',
      reply: 'the connection failed after the message was written',
      reached: true,
    }
  }
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') {
    return {
      delivery: parcel.delivery,
      kind: 'refused',
      reply: 'the relay does not take such an address or size',
      reached: true,
    }
  }
  return deferred(parcel, `the relay could not be used (${error.code ?? error.name})`, false)
}

function deferred(parcel: Parcel, reply: string, reached: boolean): Outcome {
  return { delivery: parcel.delivery, kind: 'deferred', reply, reached }
}
