import type { Readable } from 'node:stream'
import type postgres from 'postgres'

/** Which entries are read: all up to a size, or those that were chosen on this session (store/chosen-entries.ts). */
export type Which = number | 'chosen'

const pieceBytes = 65_536

function among(which: Which): string {
  if (which === 'chosen') return 'in (select number from chosen)'
  if (!Number.isSafeInteger(which)) throw new Error('a tree size is an integer')
  return `<= ${which}`
}

/**
 * Streams rows as raw lines: a COPY with its bounds written out, outside any transaction (inside one it hangs). What is
 * read holds no control characters, so nothing is escaped; 0x02 stands between columns.
 */
async function* copied(sql: postgres.Sql, select: string): AsyncGenerator<Uint8Array> {
  const rows = await sql
    .unsafe(`copy (${select}) to stdout (format csv, quote e'\\x01', delimiter e'\\x02', escape e'\\x01')`)
    .readable()
  try {
    // A row comes as a piece of its own, and whoever handles pieces is paid by the piece.
    let waiting: Uint8Array[] = []
    let bytes = 0
    for await (const row of rows.iterator({ destroyOnReturn: false })) {
      waiting.push(row as Uint8Array)
      bytes += (row as Uint8Array).length
      if (bytes < pieceBytes) continue
      yield Buffer.concat(waiting)
      waiting = []
      bytes = 0
    }
    if (bytes > 0) yield Buffer.concat(waiting)
  } finally {
    letFlow(rows)
  }
}

/**
 * Lets a COPY come to its end, whoever stopped reading it, so that the session can be used again. postgres.js 3.4.9 pauses
 * its socket when a reader is slow and wakes it for the next piece; after the last there is none, and what the server
 * says behind it would be waited for for ever. A stream flows only once its iterator has let go, which takes a turn of the loop.
 */
function letFlow(rows: Readable): void {
  // oxlint-disable-next-line no-underscore-dangle -- what a stream calls itself to ask its source for more
  const wake = () => rows._read(0)
  rows.on('error', () => undefined)
  if (rows.readableEnded) wake()
  else setImmediate(() => rows.once('end', wake).resume())
}

/** One column of entries, a line each, by number. */
export function entryLines(sql: postgres.Sql, column: 'body' | 'leaf', which: Which): AsyncGenerator<Uint8Array> {
  return copied(sql, `select ${column} from entries where number ${among(which)} order by number`)
}

/** The payloads that are there, as `payloads.jsonl` has them: canonical lines of number, payload and salt, by number. */
export function payloadLines(sql: postgres.Sql, which: Which): AsyncGenerator<Uint8Array> {
  const line = `'{"number":' || number || ',"payload":' || payload || ',"salt":"' || encode(salt, 'hex') || '"}'`
  return copied(sql, `select ${line} from payloads where number ${among(which)} order by number`)
}

/** Entries by number, each with its payload's text where that is wanted and there. */
export async function* entriesWithPayloads(
  sql: postgres.Sql,
  which: Which,
  wanted: boolean,
): AsyncGenerator<{ body: string; payload: string | null }[]> {
  const select = wanted
    ? `select e.body, p.payload from entries e left join payloads p using (number) where e.number ${among(which)} order by e.number`
    : `select body, null from entries where number ${among(which)} order by number`
  let rest = Buffer.alloc(0)
  for await (const chunk of copied(sql, select)) {
    const bytes = Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(10) + 1
    rest = bytes.subarray(end)
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1)
    yield lines.map((line) => {
      const [body = '', payload = ''] = line.split('\u0002')
      return { body, payload: payload === '' ? null : payload }
    })
  }
}
