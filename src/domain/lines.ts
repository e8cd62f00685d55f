import { createHash } from 'node:crypto'

/** Bytes of a line, at most: what one entry of a C2SP log may have, and a bound for our memory. */
const mostLineBytes = 65_535

/**
 * The lines of a file that comes in pieces, split at LF and nothing else. Each byte becomes one character (latin1),
 * so no two files give the same lines.
 */
export class Lines {
  readonly #sha256 = createHash('sha256')
  /** Whether the line given last has no LF: it is the unfinished end of the file, or too long to be a line. */
  torn = false
  #pieces: AsyncIterator<Uint8Array>
  #lines: string[] = []
  #given = 0
  #rest = ''
  readonly #mostBytes: number

  /** @param mostBytes how long a line may be before it counts as torn */
  constructor(pieces: AsyncIterable<Uint8Array>, mostBytes = mostLineBytes) {
    this.#pieces = pieces[Symbol.asyncIterator]()
    this.#mostBytes = mostBytes
  }

  /** The next line without its LF if it is at hand; null when `next` has to be awaited. */
  ready(): string | null {
    return this.#lines[this.#given++] ?? null
  }

  /** The next line without its LF; null after the last. */
  async next(): Promise<string | null> {
    while (this.#given >= this.#lines.length) {
      const piece = this.#rest.length > this.#mostBytes ? { done: true as const } : await this.#pieces.next()
      if (piece.done) return this.#unfinished()
      this.#sha256.update(piece.value)
      this.#lines = (this.#rest + Buffer.from(piece.value).toString('latin1')).split('\n')
      this.#rest = this.#lines.pop() ?? ''
      this.#given = 0
    }
    return this.ready()
  }

  /** SHA-256 of the whole file in hex, once whatever is left of it has been read. */
  async digest(): Promise<string> {
    for (;;) {
      const piece = await this.#pieces.next()
      if (piece.done) return this.#sha256.digest('hex')
      this.#sha256.update(piece.value)
    }
  }

  /** Lets go of the source, whether or not it was read to its end. */
  async close(): Promise<void> {
    await this.#pieces.return?.()
  }

  #unfinished(): string | null {
    if (this.#rest === '') return null
    const line = this.#rest
    this.#rest = ''
    this.torn = true
    return line
  }
}
