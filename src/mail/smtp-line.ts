import type { Socket } from 'node:net'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { isLoopback } from '../domain/loopback.ts'

/**
 * One relay. `connections` are kept open at once; `perConnection` parcels may wait for each when a batch is released.
 * `silenceMs` is how long a relay may owe a reply (RFC 5321 section 4.5.3.2 asks for minutes; after the dot for ten).
 */
export type Relay = { url: string; ourName: string; connections: number; perConnection: number; silenceMs?: number }

/** One whole reply. `text` is all of it, at most 500 characters without control characters. */
export type Reply = { code: number; text: string }

/** What the relay said it can do. `largest` is in bytes, 0 where it named none. */
export type Offers = { pipelining: boolean; utf8: boolean; eightBit: boolean; size: boolean; largest: number }

const longestSilenceMs = 600_000
/** A reply may be so long in all; no real one is (RFC 5321 section 4.5.3.1.5 allows 512 octets a line). */
const longestReply = 65_536
const keptOfReply = 500

/**
 * A connection on which a relay waits for mail. It says when replies are owed, and takes each in its order: whatever the
 * relay says unasked, or that is no reply, ends the line, because nothing that follows could be told apart.
 */
export class Line {
  readonly offers: Offers
  /** Whether it has carried a message to its end: only then may silence mean that the relay had closed it before. */
  proven = false
  /** Whether the relay still holds an envelope of ours that it refused: RSET goes before the next one, whenever that comes. */
  soiled = false
  readonly #socket: Socket
  readonly #timer: NodeJS.Timeout
  readonly #replies: Reply[] = []
  #owed = 0
  #heard = ''
  #partial: Reply | null = null
  #end: Error | null = null
  #waiting: PromiseWithResolvers<Reply> | null = null

  constructor(socket: Socket, offers: Offers, silenceMs = longestSilenceMs) {
    this.offers = offers
    this.#socket = socket
    this.#timer = setTimeout(() => {
      if (this.#owed > 0) this.end('ETIMEDOUT')
    }, silenceMs).unref()
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => this.#listen(chunk))
    socket.on('error', (error: NodeJS.ErrnoException) => this.end(error.code ?? 'ESOCKET'))
    for (const event of ['end', 'close'] as const) socket.on(event, () => this.end('ECLOSED'))
  }

  get ended(): boolean {
    return this.#end !== null
  }

  /** Whether a reply has come that was not read yet. */
  get answered(): boolean {
    return this.#replies.length > 0
  }

  /** Writes bytes (latin1 characters) for which so many replies are owed. */
  write(text: string, replies: number): void {
    if (this.#end) return
    this.#owed += replies
    this.#timer.refresh()
    this.#socket.write(text, 'latin1')
  }

  /** The same, and settles once this machine's network has all of it. @throws when the line ends before that. */
  written(text: string, replies: number): Promise<void> {
    if (this.#end) return Promise.reject(this.#end)
    this.#owed += replies
    this.#timer.refresh()
    return new Promise((resolve, reject) => {
      this.#socket.write(text, 'latin1', (error) => (error ? reject(this.#end ?? error) : resolve()))
    })
  }

  /** The next reply in order. @throws when the line ended before it came. */
  reply(): Promise<Reply> {
    const reply = this.#replies.shift()
    if (reply) return Promise.resolve(reply)
    if (this.#end) return Promise.reject(this.#end)
    this.#waiting = Promise.withResolvers<Reply>()
    return this.#waiting.promise
  }

  /** Gives the line up: whatever was begun on it is never finished by us. */
  end(code: string): void {
    if (this.#end) return
    this.#end = Object.assign(new Error(`the line to the relay ended: ${code}`), { code })
    clearTimeout(this.#timer)
    this.#socket.destroy()
    this.#waiting?.reject(this.#end)
    this.#waiting = null
  }

  /** Takes leave of the relay. Only between messages. */
  quit(): void {
    if (this.#end) return
    this.#owed += 1
    this.#socket.end('QUIT\r\n')
    setTimeout(() => this.end('ECLOSED'), 5_000).unref()
  }

  #listen(chunk: string): void {
    if (this.#owed === 0) return this.end('EUNASKED')
    this.#heard += chunk
    let from = 0
    for (let at = this.#heard.indexOf('\n'); at >= 0 && !this.#end; at = this.#heard.indexOf('\n', from)) {
      this.#take(this.#heard.slice(from, this.#heard[at - 1] === '\r' ? at - 1 : at))
      from = at + 1
    }
    this.#heard = this.#heard.slice(from)
    if (this.#heard.length > longestReply) this.end('EPROTOCOL')
  }

  #take(line: string): void {
    const [, digits, more] = /^([2-5]\d\d)(?:([ -]).*)?$/s.exec(line) ?? []
    const code = Number(digits)
    const before = this.#partial
    const whole = (before ? `${before.text}\n${line}` : line).slice(0, longestReply)
    if (!digits || this.#owed === 0 || (before && before.code !== code) || whole.length === longestReply) {
      return this.end('EPROTOCOL')
    }
    this.#partial = more === '-' ? { code, text: whole } : null
    if (this.#partial) return
    this.#owed -= 1
    this.#timer.refresh()
    const reply = { code, text: legible(whole) }
    if (this.#waiting) this.#waiting.resolve(reply)
    else this.#replies.push(reply)
    this.#waiting = null
  }
}

/** What a relay says is meant as UTF-8, mostly; bytes that are not stay as they are. */
function legible(reply: string): string {
  const utf8 = /^[\x20-\x7E]*$/.test(reply) ? reply : Buffer.from(reply, 'latin1').toString()
  return (utf8.includes('\uFFFD') ? reply : utf8).replaceAll(/\p{Cc}+/gu, ' ').slice(0, keptOfReply)
}

/**
 * Opens a line: Nodemailer's connection class connects, secures, greets and signs in, and then gives up its socket. TLS is
 * required beyond this machine. @throws the error of whatever failed.
 */
export async function openLine(relay: Relay): Promise<Line> {
  const url = new URL(relay.url)
  const host = decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '')
  const near = isLoopback(host)
  const secure = url.protocol === 'smtps:'
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
  })
  // In the middle of a command its callback never comes when the connection fails or closes.
  const ended = Promise.withResolvers<never>()
  ended.promise.catch(() => undefined)
  connection.on('error', ended.reject)
  connection.on('end', () => ended.reject(Object.assign(new Error('the relay closed'), { code: 'ECLOSED' })))
  // Its own clock starts anew with every byte.
  const tooLong = Object.assign(new Error('the relay did not get ready'), { code: 'ETIMEDOUT' })
  const timer = setTimeout(() => ended.reject(tooLong), relay.silenceMs ?? longestSilenceMs).unref()
  try {
    await Promise.race([ended.promise, called((done) => connection.connect(done))])
    if (url.username) {
      const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
      await Promise.race([ended.promise, called((done) => connection.login(auth, done))])
    }
    return takeOver(connection, relay.silenceMs)
  } catch (error) {
    connection.close()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function called(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())))
}

/** What Nodemailer keeps in fields that its types leave out. */
type Inside = {
  _socket: Socket | false
  _supportedExtensions: string[]
  _maxAllowedSize: number
  _remainder: string
  _responseQueue: string[]
}

/** Takes Nodemailer's listeners off its socket (it keeps each in a field), so that the relay talks to nobody but the line. */
function takeOver(connection: SMTPConnection, silenceMs: number | undefined): Line {
  const {
    _socket: socket,
    _supportedExtensions: extensions,
    _maxAllowedSize: largest,
  } = connection as unknown as Inside
  const { _remainder: rest, _responseQueue: unread } = connection as unknown as Inside
  if (!socket || socket.destroyed) throw Object.assign(new Error('the relay closed'), { code: 'ECLOSED' })
  const theirs = new Set<unknown>(Object.values(connection))
  for (const event of ['data', 'end', 'close', 'error', 'timeout']) {
    for (const listener of socket.listeners(event) as (() => void)[]) {
      if (theirs.has(listener)) socket.removeListener(event, listener)
    }
  }
  socket.setTimeout(0)
  if (socket.listenerCount('data') > 0) throw new Error('Nodemailer still listens to the relay')
  if (rest !== '' || unread.length > 0) {
    throw Object.assign(new Error('the relay said more than it was asked'), { code: 'EUNASKED' })
  }
  const offered = new Set(extensions)
  const offers = {
    pipelining: offered.has('PIPELINING'),
    utf8: offered.has('SMTPUTF8'),
    eightBit: offered.has('8BITMIME'),
    size: offered.has('SIZE'),
    largest,
  }
  return new Line(socket, offers, silenceMs)
}
