import type { Outcome, Parcel } from './courier.ts'
import type { Line, Reply } from './smtp-line.ts'
import { answered, recalled, refused, saysNo, sent, unknown, unreached } from './outcomes.ts'

/** A parcel between being handed over and its outcome. `recalled` is asked, not remembered. */
export type Job = { parcel: Parcel; recalled(): boolean; settle(outcome: Outcome): void }

/**
 * Where a line takes its next job from. `next` gives one that may begin now, null when there is none; `back` takes one of
 * which no dot was written, to begin anew on another line if it still may.
 */
export type Source = { next(): Job | null; back(job: Job): void }

/** A job whose envelope is on its way, by these commands: `heard` once a reply to one of its own was read. */
type Begun = { job: Job; commands: readonly string[]; heard: boolean }

/** Longer bodies go piece by piece and their dot alone, so that a failure in the middle is told from one after it. */
const wholeBytes = 65_536
const pieceBytes = 262_144

/**
 * Carries a mail and whatever follows it over one line, until there is no more or the line ends; each job is settled or
 * goes back. Where the relay offers PIPELINING (RFC 2920) an envelope is one write, and goes out behind the dot of the
 * mail before it. @returns when the line is free again, or has ended. Never throws.
 */
export async function carry(line: Line, first: Job, source: Source): Promise<void> {
  let begun = begin(line, first, source)
  if (begun) open(line, begun)
  while (begun) begun = await through(line, begun, source)
}

/** The job that goes next on this line: what the relay says it does not take is refused before anything is named. */
function begin(line: Line, first: Job | null, source: Source): Begun | null {
  for (let job = first; job; job = source.next()) {
    const unfit = whyUnfit(line, job.parcel)
    if (unfit === null) return { job, commands: commandsFor(line, job.parcel), heard: false }
    job.settle(refused(job.parcel, unfit))
  }
  return null
}

/** RFC 6531 section 3.4: a non-ASCII mailbox goes only to a server that offers it, and is never downgraded silently. */
function whyUnfit({ offers }: Line, parcel: Parcel): string | null {
  if (needsUtf8(parcel) && !offers.utf8) return '553 5.6.7 the relay does not offer SMTPUTF8'
  if (offers.largest > 0 && parcel.mime.length > offers.largest) return '552 5.3.4 the relay does not take such a size'
  return null
}

function needsUtf8({ from, to }: Parcel): boolean {
  return /\P{ASCII}/u.test(to) || /\P{ASCII}/u.test(from)
}

function commandsFor({ offers, soiled }: Line, parcel: Parcel): string[] {
  const utf8 = needsUtf8(parcel)
  const letters = utf8 ? ` SMTPUTF8${offers.eightBit ? ' BODY=8BITMIME' : ''}` : ''
  const size = offers.size ? ` SIZE=${parcel.mime.length}` : ''
  const [from, to] = utf8 ? [utf8Bytes(parcel.from), utf8Bytes(parcel.to)] : [parcel.from, parcel.to]
  const own = [`MAIL FROM:<${from}>${letters}${size}\r\n`, `RCPT TO:<${to}>\r\n`, 'DATA\r\n']
  return soiled ? ['RSET\r\n', ...own] : own
}

function utf8Bytes(address: string): string {
  return Buffer.from(address).toString('latin1')
}

/** Writes what begins a mail: all of its commands where they may go together, else the first. */
function open(line: Line, { commands }: Begun): void {
  const atOnce = line.offers.pipelining ? commands : commands.slice(0, 1)
  line.write(atOnce.join(''), atOnce.length)
}

/** Takes one begun job to its outcome. @returns the next one, already begun on this line; null when there is none. */
async function through(line: Line, begun: Begun, source: Source): Promise<Begun | null> {
  const { job } = begun
  const message = { dotWritten: false }
  let next: Begun | null = null
  try {
    const refusal = await refusalOf(line, begun)
    if (refusal) {
      line.proven = true
      line.soiled = true
      if (refusal.code === 421) line.end('ECLOSED')
      job.settle(answered(job.parcel, refusal))
      return follow(line, source)
    }
    const text = stuffed(job.parcel.mime)
    const long = text.length > wholeBytes
    if (long) await inPieces(line, text)
    // An answer that is there already tells that the dot need not be written.
    if (!line.answered && !line.ended) {
      if (job.recalled()) return callBack(line, job)
      next = line.offers.pipelining ? begin(line, source.next(), source) : null
      message.dotWritten = true
      line.write(
        `${long ? '' : text}.\r\n${next?.commands.join('') ?? ''}`,
        (long ? 0 : 1) + (next?.commands.length ?? 0),
      )
    }
    const reply = await line.reply()
    if (reply.code < 300 && message.dotWritten) {
      job.settle(sent(job.parcel, reply))
      line.proven = true
      return next ?? follow(line, source)
    }
    job.settle(saysNo(reply) ? answered(job.parcel, reply) : withoutAnswer(job, message.dotWritten, reply.text))
  } catch (error) {
    // The relay may close a line that rests, and that shows only now: nothing was heard of this mail, and it begins anew.
    if (line.proven && !begun.heard) source.back(job)
    else job.settle(withoutAnswer(job, message.dotWritten, error))
  }
  // A body that was begun and not taken: what the relay says next may belong to it (its answer may have come in the middle).
  line.end('EABANDONED')
  if (next) source.back(next.job)
  return null
}

function follow(line: Line, source: Source): Begun | null {
  if (line.ended) return null
  const next = begin(line, source.next(), source)
  if (next) open(line, next)
  return next
}

/** DATA is open, and she withdrew: without a dot the relay has nothing (RFC 5321 section 4.1.1.4). */
function callBack(line: Line, job: Job): null {
  line.end('ERECALLED')
  job.settle(recalled(job.parcel))
  return null
}

function withoutAnswer({ parcel }: Job, dotWritten: boolean, error: unknown): Outcome {
  return dotWritten ? unknown(parcel) : unreached(parcel, error)
}

/**
 * Reads the replies to one envelope, each in its order, and writes what was not written at once.
 * @returns the reply that refused it, null when the relay waits for the body. @throws where that cannot be told.
 */
async function refusalOf(line: Line, begun: Begun): Promise<Reply | null> {
  const { pipelining } = line.offers
  let refusal: Reply | null = null
  let accepted = false
  let opened = false
  try {
    for (const [place, command] of begun.commands.entries()) {
      if (place > 0 && !pipelining) line.write(command, 1)
      const reply = await line.reply()
      const verb = command.slice(0, 4)
      if (verb === 'RSET') {
        if (reply.code >= 300) throw outOfOrder(reply)
        line.soiled = false
        continue
      }
      begun.heard = true
      opened = verb === 'DATA' && reply.code === 354
      if (verb === 'RCPT') accepted = reply.code < 300
      if (refusal === null && saysNo(reply)) refusal = verb === 'MAIL' ? ofTheSender(reply) : reply
      else if (refusal === null && !(verb === 'DATA' ? opened : reply.code < 300)) throw outOfOrder(reply)
      if (refusal !== null && !pipelining) return refusal
    }
    if (refusal && opened) await closeEmpty(line, accepted)
  } catch (error) {
    line.end('EPROTOCOL')
    if (refusal === null) throw error
  }
  return refusal
}

/** Nobody of hers has been named yet: whatever such a refusal says of a mailbox, it is ours, and it is kept so that it reads so. */
function ofTheSender({ code, text }: Reply): Reply {
  return { code, text: `to MAIL FROM: ${text}` }
}

/**
 * The relay opened DATA all the same: where nobody was accepted it gets an empty message (RFC 2920 section 3.1), else
 * nothing, because that message would be somebody's.
 */
async function closeEmpty(line: Line, accepted: boolean): Promise<void> {
  if (accepted) return line.end('EABANDONED')
  line.write('.\r\n', 1)
  await line.reply()
}

function outOfOrder({ text }: Reply): Error {
  return Object.assign(new Error('the relay gave no such reply as was due'), { code: `"${text.slice(0, 100)}"` })
}

/** RFC 5321 section 4.5.2, and a line end before the dot. */
function stuffed(mime: string): string {
  const inner = mime.includes('\r\n.') ? mime.replaceAll('\r\n.', '\r\n..') : mime
  return `${mime.startsWith('.') ? '.' : ''}${inner}${mime.endsWith('\r\n') ? '' : '\r\n'}`
}

/** Writes a long body without its dot; ends early when the relay answers in its middle. */
async function inPieces(line: Line, text: string): Promise<void> {
  for (let from = 0; from < text.length && !line.answered; from += pieceBytes) {
    await line.written(text.slice(from, from + pieceBytes), from === 0 ? 1 : 0)
  }
}
