import type postgres from 'postgres'

/** A client with one connection, so that it ends exactly when that connection does. */
type Session = { client: postgres.Sql; lost: boolean; onLoss: (error: Error) => void }

/** What runs inside a transaction. */
export type Body = (tx: postgres.TransactionSql) => unknown

/** Opens a client with one connection; `onclose` is called whenever that ends. */
export type OpenSession = (onclose: () => void) => postgres.Sql

/** The code is the one that postgres.js gives to the query that was under way. */
export class SessionLost extends Error {
  readonly code = 'CONNECTION_CLOSED'
  constructor() {
    super(
      'the database connection was cut, and with it what was under way on it: a commit that had been asked for may have been done or not',
    )
  }
}

/**
 * Transactions and reserved connections, each on a session that is thrown away when its connection ends. postgres.js 3.4.9
 * would write on to such a connection and end the process, or connect anew and run the rest of a transaction outside
 * of it (docs/decisions/0007). Here a cut connection is an error of that transaction and of nothing else.
 */
export class Sessions {
  readonly #open: OpenSession
  readonly #most: number
  readonly #idle: Session[] = []
  readonly #inUse = new Set<Session>()
  readonly #waiting: { resolve: (session: Session) => void; reject: (error: Error) => void }[] = []
  #ended = false

  constructor(open: OpenSession, most: number) {
    this.#open = open
    this.#most = most
  }

  /**
   * Runs `body` in a transaction, as `begin` of postgres.js does.
   * @throws SessionLost when the connection ends before the commit is answered: whether it was done is then unknown.
   */
  async begin(options: string, body: Body): Promise<unknown> {
    const session = await this.#take()
    try {
      return await new Promise((resolve, reject) => {
        session.onLoss = reject
        session.client.begin(options, (tx) => whileThere(session, tx, body)).then(resolve, reject)
      })
    } finally {
      this.#giveBack(session)
    }
  }

  /** A session for its own until `release`. Once its connection has ended, each further query throws {@link SessionLost}. */
  async reserve(): Promise<postgres.ReservedSql> {
    const session = await this.#take()
    // A reset is told in two turns of the loop, first to the query and then as the end of the connection.
    const release = () => void setImmediate(() => setImmediate(() => this.#giveBack(session)))
    return guarded(session, Object.assign(session.client, { release }) as unknown as postgres.ReservedSql)
  }

  async end(options: { timeout?: number } = {}): Promise<void> {
    this.#ended = true
    for (const { reject } of this.#waiting.splice(0)) reject(ended())
    await Promise.all([...this.#idle, ...this.#inUse].map(({ client }) => client.end(options)))
  }

  async #take(): Promise<Session> {
    if (this.#ended) throw ended()
    const idle = this.#idle.pop()
    if (idle) return this.#use(idle)
    if (this.#inUse.size < this.#most) return this.#use(this.#opened())
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  #use(session: Session): Session {
    this.#inUse.add(session)
    return session
  }

  #opened(): Session {
    const client = this.#open(() => {
      session.lost = true
      const at = this.#idle.indexOf(session)
      if (at !== -1) this.#idle.splice(at, 1)
      session.onLoss(new SessionLost())
    })
    const session: Session = { client, lost: false, onLoss: () => undefined }
    return session
  }

  #giveBack(session: Session): void {
    if (!this.#inUse.delete(session)) return
    session.onLoss = () => undefined
    const next = this.#waiting.shift()
    if (next) next.resolve(this.#use(session.lost ? this.#opened() : session))
    else if (!session.lost) this.#idle.push(session)
  }
}

/** Nothing is told to a session that is lost, neither what its body came to nor the rollback that would follow. */
function whileThere(session: Session, tx: postgres.TransactionSql, body: Body): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const unlessLost = (settle: (value: unknown) => void) => (value: unknown) => {
      if (!session.lost) settle(value)
    }
    Promise.try(body, guarded(session, tx)).then(unlessLost(resolve), unlessLost(reject))
  })
}

function guarded<T extends postgres.TransactionSql | postgres.ReservedSql>(session: Session, sql: T): T {
  const check = () => {
    if (session.lost) throw new SessionLost()
  }
  return new Proxy(sql, {
    apply: (target, self, args) => {
      check()
      return Reflect.apply(target, self, args) as unknown
    },
    get: (target, key) => {
      if (key !== 'release') check()
      return Reflect.get(target, key) as unknown
    },
  })
}

function ended(): Error {
  return Object.assign(new Error('this pool has ended'), { code: 'CONNECTION_ENDED' })
}
