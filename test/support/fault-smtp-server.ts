import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** Where in the dialogue a fault can strike. `BODY` is the middle of the message, `DOT` its end. */
export type Phase = 'CONNECT' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'BODY' | 'DOT'

/**
 * What goes wrong: another reply in the usual one's place; the connection ended by FIN (`drop`) or RST (`reset`), or
 * by FIN right after the usual reply (`last`);
 * no answer for ever (`stall`); the usual reply a byte at a time (`slow`); a closing 421; an answer that is no reply
 * (`garbage`); a 552 at once, without waiting for what is still to come (`early-5xx`); a reply of two megabytes without
 * an end (`huge-banner`).
 */
export type Fault =
  | { reply: string }
  | 'drop'
  | 'last'
  | 'reset'
  | 'stall'
  | 'slow'
  | '421'
  | 'garbage'
  | 'early-5xx'
  | 'huge-banner'

/** `recipient` is known from RCPT on; `times` is how often this phase was met for it before. */
export type Moment = { phase: Phase; recipient: string | null; times: number }
/** A script answers at once or later: what it awaits, the client waits for. */
export type Script = (moment: Moment) => Fault | undefined | Promise<Fault | undefined>

/** A final dot that was read. `refused` is true where it was answered with a 4xx or 5xx: all others are copies. */
export type Dot = {
  messageId: string
  subject: string
  recipient: string
  refused: boolean
  /** Whether the whole 250 went back. */
  taken: boolean
  /** Monotonic milliseconds at which it was read. */
  at: number
}

export type FaultServer = {
  url: string
  dots: Dot[]
  /** How many unrefused dots there were for each `message-id recipient`; a promise of at most once holds them to 1. */
  copies(): Map<string, number>
  /** The same by `subject recipient`: a second delivery under another id shows here. */
  copiesBySubject(): Map<string, number>
  /** How many connections were opened, and how many are open at this moment. */
  connections(): { opened: number; open: number }
  /** Cuts what is open: those that stall come to an end. */
  cut(): void
}

const slowByteMs = 3
const usual: Record<Exclude<Phase, 'BODY'>, string> = {
  CONNECT: '220 fault.example ESMTP',
  EHLO: '250-fault.example\r\n250-8BITMIME\r\n250 SIZE 50000000',
  MAIL: '250 2.1.0 ok',
  RCPT: '250 2.1.5 ok',
  DATA: '354 go on',
  DOT: '250 2.0.0 taken',
}

/** A server on loopback that speaks SMTP and fails as scripted, each recipient as it likes. Closed when the test ends. */
export async function faultServer(
  t: { teardown(close: () => Promise<void>): unknown },
  script: Script = () => undefined,
  { ehlo = usual.EHLO, pipelining = false }: { ehlo?: string; pipelining?: boolean } = {},
): Promise<FaultServer> {
  const dots: Dot[] = []
  const sockets = new Set<Socket>()
  const times = new Map<string, number>()
  let opened = 0
  const faultAt = async (phase: Phase, recipient: string | null) => {
    const key = `${phase} ${recipient}`
    const before = times.get(key) ?? 0
    times.set(key, before + 1)
    return script({ phase, recipient, times: before })
  }
  const server = createServer((socket) => {
    opened += 1
    sockets.add(socket)
    socket.setNoDelay(true)
    // Clients that go away in the middle are what this is for.
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    void converse(socket, {
      faultAt,
      dots,
      usual: { ...usual, EHLO: pipelining ? ehlo.replace('\r\n', '\r\n250-PIPELINING\r\n') : ehlo },
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(async () => {
    cut()
    server.close()
  })
  const counted = (key: (dot: Dot) => string) => {
    const counts = new Map<string, number>()
    for (const dot of dots) if (!dot.refused) counts.set(key(dot), (counts.get(key(dot)) ?? 0) + 1)
    return counts
  }
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dots,
    copies: () => counted((dot) => `${dot.messageId} ${dot.recipient}`),
    copiesBySubject: () => counted((dot) => `${dot.subject} ${dot.recipient}`),
    connections: () => ({ opened, open: sockets.size }),
    cut,
  }
}

type Dialogue = {
  faultAt(phase: Phase, recipient: string | null): Promise<Fault | undefined>
  dots: Dot[]
  usual: Record<Exclude<Phase, 'BODY'>, string>
}

/** What a reply to one phase did: whether the dialogue goes on, and whether it refused. */
type Said = { goesOn: boolean; refused: boolean; taken: boolean }

async function converse(socket: Socket, dialogue: Dialogue): Promise<void> {
  const input = reader(socket)
  let recipient: string | null = null
  /** Whether somebody is there to write to; without it DATA is refused, unless the script opens it. */
  let accepted = false
  let sender = false
  const say = async (phase: Phase) => {
    const fault = await dialogue.faultAt(phase, recipient)
    const none = phase === 'DATA' && !accepted ? { reply: '554 5.5.1 no valid recipients' } : undefined
    return answer(socket, phase, fault ?? none, dialogue)
  }
  if (!(await say('CONNECT')).goesOn) return
  for (let line = await input.until('\r\n'); line !== null; line = await input.until('\r\n')) {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'QUIT') return void socket.end('221 bye\r\n')
    if (verb === 'RSET' || verb === 'NOOP') {
      socket.write('250 2.0.0 ok\r\n')
    } else if (verb === 'EHLO' || verb === 'HELO') {
      if (!(await say('EHLO')).goesOn) return
    } else if (verb === 'MAIL') {
      recipient = null
      accepted = false
      const said = await say('MAIL')
      if (!said.goesOn) return
      sender = !said.refused
    } else if (verb === 'RCPT') {
      recipient = /<(.*?)>/.exec(line)?.[1] ?? ''
      const said = await say('RCPT')
      if (!said.goesOn) return
      accepted = sender && !said.refused
    } else if (verb === 'DATA') {
      const said = await say('DATA')
      if (!said.goesOn) return
      if (!said.refused && !(await message(input, recipient ?? '', say, dialogue.dots))) return
    } else {
      socket.write('502 5.5.2 what?\r\n')
    }
  }
}

/** Reads a message to its dot and answers it. @returns whether the dialogue goes on. */
async function message(
  input: Input,
  recipient: string,
  say: (phase: Phase) => Promise<Said>,
  dots: Dot[],
): Promise<boolean> {
  if (!(await input.something())) return false
  const body = await say('BODY')
  if (!body.goesOn) return false
  const text = await input.message()
  if (text === null) return false
  const header = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(text)?.[1]?.trim() ?? ''
  const dot = {
    messageId: header('Message-ID'),
    subject: header('Subject'),
    recipient,
    refused: body.refused,
    taken: false,
    at: performance.now(),
  }
  dots.push(dot)
  // Refused in its middle already: the dot gets no second answer.
  if (body.refused) return true
  const said = await say('DOT')
  Object.assign(dot, { refused: said.refused, taken: said.taken })
  return said.goesOn
}

/** Answers one phase, as usual or with its fault. */
async function answer(
  socket: Socket,
  phase: Phase,
  fault: Fault | undefined,
  { usual: words }: Dialogue,
): Promise<Said> {
  const reply = phase === 'BODY' ? null : words[phase]
  const said = (text: string, goesOn = true): Said => {
    if (!socket.destroyed) socket.write(`${text}\r\n`)
    return { goesOn, refused: /^[45]\d\d/.test(text), taken: phase === 'DOT' && text.startsWith('2') }
  }
  const silent = { goesOn: false, refused: false, taken: false }
  if (fault === undefined) return reply === null ? { ...silent, goesOn: true } : said(reply)
  if (typeof fault === 'object') return said(fault.reply)
  switch (fault) {
    case 'drop':
      socket.end()
      return silent
    case 'last':
      socket.end(`${reply ?? ''}\r\n`)
      return { ...silent, taken: phase === 'DOT' }
    case 'reset':
      socket.resetAndDestroy()
      return silent
    case 'stall':
      return silent
    case 'slow':
      for (const byte of reply ?? '') {
        socket.write(byte)
        await wait(slowByteMs)
      }
      socket.write('\r\n')
      return { goesOn: true, refused: false, taken: phase === 'DOT' }
    case '421':
      socket.end('421 4.3.2 closing now\r\n')
      return { ...silent, refused: true }
    case 'garbage':
      return said('\u0001banana = 250 ok?')
    case 'early-5xx':
      return said('552 5.3.4 too much')
    case 'huge-banner':
      socket.end('2'.repeat(2_000_000))
      return silent
  }
}

type Input = {
  until(end: string): Promise<string | null>
  /** What comes before a dot on a line of its own: nothing, where that is the first line. */
  message(): Promise<string | null>
  something(): Promise<boolean>
}

/** Reads a socket piece by piece; null and false mean that it has ended. */
function reader(socket: Socket): Input {
  let buffer = ''
  let ended = false
  let wake: () => void = () => undefined
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    buffer += chunk
    wake()
  })
  for (const event of ['end', 'close'] as const) {
    socket.on(event, () => {
      ended = true
      wake()
    })
  }
  const more = () => new Promise<void>((resolve) => (wake = resolve))
  const until = async (end: string): Promise<string | null> => {
    for (let from = 0; ;) {
      const at = buffer.indexOf(end, from)
      if (at >= 0) {
        const text = buffer.slice(0, at)
        buffer = buffer.slice(at + end.length)
        return text
      }
      if (ended) return null
      from = Math.max(0, buffer.length - end.length)
      await more()
    }
  }
  return {
    until,
    message: async () => {
      while (buffer.length < 3 && !ended) await more()
      if (buffer.startsWith('.\r\n')) return until('.\r\n')
      return until('\r\n.\r\n')
    },
    something: async () => {
      while (buffer === '' && !ended) await more()
      return buffer !== ''
    },
  }
}
