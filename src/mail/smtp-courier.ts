import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { assertEnvelope, type Courier, type Outcome, type Parcel, type Terms } from './courier.ts'
import { isLoopback } from './relay-rule.ts'

/**
 * One relay. `connections` are kept open at once; `perConnection` parcels may wait for each when a batch is released.
 * `silenceMs` is how long a relay may say nothing (RFC 5321 section 4.5.3.2 asks for minutes; after the dot for ten).
 */
export type Relay = { url: string; ourName: string; connections: number; perConnection: number; silenceMs?: number }

const longestSilenceMs = 600_000

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
    deliver: (parcels, terms) =>
      Promise.all(
        parcels.map(async (parcel) => {
          const slot = await take()
          try {
            return await slot.send(parcel, terms)
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

type Slot = { send(parcel: Parcel, terms: Terms): Promise<Outcome>; close(): void }
/** `ended` rejects when the connection fails or closes: in the middle of a command its callback never comes. */
type Line = { connection: SMTPConnection; ended: Promise<never>; dotWritten: boolean; broken: boolean }

function openSlot(relay: Relay): Slot {
  let line: Line | null = null
  return {
    send: async (parcel, terms) => {
      try {
        assertEnvelope(parcel)
        if (performance.now() > terms.begunBefore) return deferred(parcel, notBegun, true)
        if (!line || line.broken) line = await connect(relay)
      } catch (error) {
        return unreached(parcel, error)
      }
      // Connecting may have taken its time: the fence stands right before the first command (I-3).
      if (performance.now() > terms.begunBefore) return deferred(parcel, notBegun, true)
      if (needsUtf8(parcel) && !offers(line, 'SMTPUTF8'))
        return refused(parcel, '553 5.6.7 the relay does not offer SMTPUTF8')
      return handOver(line, parcel)
    },
    close: () => line?.connection.quit(),
  }
}

const notBegun = 'it was not begun within its lease'

/** RFC 6531 section 3.4: a non-ASCII mailbox goes only to a server that offers it, and is never downgraded silently. */
function needsUtf8(parcel: Parcel): boolean {
  return /\P{ASCII}/u.test(parcel.to)
}

/** What the server answered to EHLO; Nodemailer keeps it in a field that its types leave out. */
function offers(line: Line, extension: string): boolean {
  const { _supportedExtensions: offered } = line.connection as unknown as { _supportedExtensions?: string[] }
  return offered?.includes(extension) ?? false
}

type SmtpError = Error & { responseCode?: number; response?: string; code?: string; command?: string }

async function connect(relay: Relay): Promise<Line> {
  const url = new URL(relay.url)
  const host = decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '')
  const near = isLoopback(host)
  const secure = url.protocol === 'smtps:'
  const state = { dotWritten: false, broken: false }
  const connection = new SMTPConnection({
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ignoreTLS: near && !secure,
    requireTLS: !near && !secure,
    name: relay.ourName,
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    socketTimeout: relay.silenceMs ?? longestSilenceMs,
    logger: dotWatcher(state),
  })
  const ended = new Promise<never>((_, reject) => {
    connection.on('error', (error) => {
      state.broken = true
      reject(error)
    })
    connection.on('end', () => {
      state.broken = true
      reject(Object.assign(new Error('the relay closed the connection'), { code: 'ECLOSED' }))
    })
  })
  ended.catch(() => undefined)
  try {
    await Promise.race([ended, called((done) => connection.connect(done))])
    if (url.username) {
      const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
      await Promise.race([ended, called((done) => connection.login(auth, done))])
    }
  } catch (error) {
    connection.close()
    throw error
  }
  return Object.assign(state, { connection, ended })
}

function called(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())))
}

const silent = () => undefined

/**
 * Nodemailer logs an entry of kind "message" with a byte count exactly when the final dot has been written
 * (measured for every phase in which a connection can fail); nothing else tells it.
 */
function dotWatcher(line: { dotWritten: boolean }) {
  const seen = (entry: { tnx?: string; outByteCount?: number }) => {
    if (entry.tnx === 'message' && entry.outByteCount !== undefined) line.dotWritten = true
  }
  return { level: silent, trace: silent, debug: silent, info: seen, warn: silent, error: silent, fatal: silent }
}

async function handOver(line: Line, parcel: Parcel): Promise<Outcome> {
  line.dotWritten = false
  const { error, reply } = await given(line.connection, parcel)
  if (!error) return { delivery: parcel.delivery, kind: 'sent', reply, reached: true }
  const outcome = failure(parcel, error, line.dotWritten)
  if (!leavesLineUsable(error)) line.broken = true
  await madeReady(line)
  return outcome
}

/**
 * After a plain 4xx or 5xx to a command the line can start over. Not when the relay closes (421), and not once a body was
 * begun: the answer may have come in the middle of it, and what follows would be read as part of the message.
 */
function leavesLineUsable({ responseCode: code, command }: SmtpError): boolean {
  return code !== undefined && code >= 400 && code < 600 && code !== 421 && command !== 'DATA'
}

function given(connection: SMTPConnection, parcel: Parcel): Promise<{ error: SmtpError | null; reply: string | null }> {
  const envelope = { from: parcel.from, to: [parcel.to], size: parcel.mime.length, use8BitMime: needsUtf8(parcel) }
  return new Promise((resolve) => {
    connection.send(envelope, Buffer.from(parcel.mime, 'latin1'), (error, info) =>
      resolve({ error: (error as SmtpError | null) ?? null, reply: error ? null : (info.response ?? null) }),
    )
  })
}

/** The next message may only start once the relay has forgotten this one; where it does not answer, the line is given up. */
async function madeReady(line: Line): Promise<void> {
  try {
    if (!line.broken) await Promise.race([line.ended, called((done) => line.connection.reset(done))])
  } catch {
    line.broken = true
  }
  if (line.broken) line.connection.close()
}

/** The relay wants us to sign in first or refuses that (RFC 4954 section 6): nobody's mailbox has been named. */
const signInCodes = new Set([530, 534, 535, 538])

function failure(parcel: Parcel, error: SmtpError, dotWritten: boolean): Outcome {
  const code = error.responseCode
  if (code !== undefined && signInCodes.has(code)) return unreached(parcel, error)
  // Any other reply is none (RFC 5321 section 4.2): it says nothing of what became of the message.
  if (code !== undefined && code >= 400 && code < 600) {
    const reply = (error.response ?? String(code)).slice(0, 500)
    return { delivery: parcel.delivery, kind: code >= 500 ? 'refused' : 'deferred', reply, reached: true }
  }
  if (dotWritten) {
    const reply = 'the connection failed after the message was written'
    return { delivery: parcel.delivery, kind: 'unknown', reply, reached: true }
  }
  if (error.response === undefined && (error.code === 'EENVELOPE' || error.code === 'EMESSAGE'))
    return refused(parcel, 'the relay does not take such an address or size')
  return unreached(parcel, error)
}

/** Whatever fails before a mailbox was named is about the relay or us, and never about the person. */
function unreached(parcel: Parcel, error: unknown): Outcome {
  const { response, code, message } = error as SmtpError
  return deferred(parcel, `the relay could not be used (${(response ?? code ?? message).slice(0, 200)})`, false)
}

function refused(parcel: Parcel, reply: string): Outcome {
  return { delivery: parcel.delivery, kind: 'refused', reply, reached: true }
}

function deferred(parcel: Parcel, reply: string, reached: boolean): Outcome {
  return { delivery: parcel.delivery, kind: 'deferred', reply, reached }
}
