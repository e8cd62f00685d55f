import postgres from 'postgres'
import type { Transaction } from './database.ts'

/** Told of a person whose choices or suppressions have changed; null: anybody's may have. It must not throw. */
export type Hearer = (person: string | null) => void

const channel = 'courtesy_changed'
/** Changes are remembered for longer than any lease lasts. */
const rememberedMs = 60_000

/** How long whoever could not listen waits before the next try. */
const againMs = 1_000

/** Tells every process that listens, once the transaction commits and not before. People are named by their random ids. */
export async function tellOfChange(tx: Transaction, people: readonly string[]): Promise<void> {
  if (people.length > 0) await tx`select pg_notify(${channel}, p) from unnest(${[...people]}::text[]) as p`
}

/**
 * Hears of changes of choices, on one connection of this process that is opened when somebody first wants to hear. What
 * was missed while it was not there is made up for by telling that anybody's may have changed; so losing it makes a recall
 * slower and never wrong.
 */
export class Changes {
  readonly #url: string
  readonly #hearers = new Set<Hearer>()
  /** Monotonic milliseconds at which a person's change was heard of last, the oldest first. */
  readonly #heard = new Map<string, number>()
  #client: postgres.Sql | null = null
  #listening: 'no' | 'opening' | 'yes' | 'closed' = 'no'
  #listeningSince = Infinity

  constructor(url: string) {
    this.#url = url
  }

  /**
   * Lets `hearer` know of every change since that instant (monotonic milliseconds), of those before it was called too.
   * @returns what ends it.
   */
  hear(hearer: Hearer, since: number): () => void {
    this.#hearers.add(hearer)
    if (this.#listening === 'no') void this.#listen()
    else if (this.#listeningSince > since) hearer(null)
    else for (const [person, at] of this.#heard) if (at >= since) hearer(person)
    return () => void this.#hearers.delete(hearer)
  }

  async close(): Promise<void> {
    this.#listening = 'closed'
    await this.#client?.end({ timeout: 1 })
  }

  async #listen(): Promise<void> {
    this.#listening = 'opening'
    try {
      await (this.#client ??= this.#open()).unsafe(`listen ${channel}`)
      this.#listening = 'yes'
      this.#listeningSince = performance.now()
      this.#tell(null)
    } catch {
      this.#fellSilent()
    }
  }

  /** Tries again while anybody wants to hear; later whoever wants to hear next does. */
  #fellSilent(): void {
    if (this.#listening === 'closed') return
    this.#listening = 'no'
    setTimeout(() => {
      if (this.#listening === 'no' && this.#hearers.size > 0) void this.#listen()
    }, againMs).unref()
  }

  #open(): postgres.Sql {
    const options = {
      max: 1,
      max_lifetime: null,
      // Whoever is cut while it asks for them ends the process (postgres.js 3.4.9), and nothing here needs them.
      fetch_types: false,
      onnotice: () => undefined,
      connection: { application_name: 'courtesy-changes' },
      onclose: () => this.#lost(),
      // Its types leave this one out. Its own `listen` is of no use here: it gives up for good when it cannot connect at once.
      onnotify: (_channel: string, person: string) => this.#tell(person),
    }
    return postgres(this.#url, options)
  }

  #lost(): void {
    if (this.#listening !== 'yes') return
    this.#listening = 'no'
    if (this.#hearers.size > 0) void this.#listen()
  }

  #tell(person: string | null): void {
    const now = performance.now()
    if (person !== null) {
      this.#heard.delete(person)
      this.#heard.set(person, now)
      for (const [oldest, at] of this.#heard) {
        if (now - at <= rememberedMs) break
        this.#heard.delete(oldest)
      }
    }
    for (const hearer of this.#hearers) hearer(person)
  }
}
