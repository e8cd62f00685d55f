import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * What happens to the connections: `forward`; `refuse` new ones; `half-open`, nothing passes any
 * more and nobody is told; `before-commit` and `after-commit`, each connection that asks for a commit is cut, before the
 * server sees it or once the server has answered, of which the client hears nothing either way.
 */
export type Fault = 'forward' | 'refuse' | 'half-open' | 'before-commit' | 'after-commit'

export type DatabaseProxy = {
  /** The database's URL by way of the proxy. */
  url: string
  set(fault: Fault): void
  /** Cuts all connections that there are: in good order, or with a reset. */
  cut(how: 'fin' | 'rst'): void
  /** How many connections were cut at a commit. */
  cuts(): number
}

/** `commit` is the name under which this connection prepared its commit, once it did. */
type Pair = { client: Socket; server: Socket; commit: string | null; committing: boolean }

/** Whether what the client sends asks for a commit: postgres.js prepares it once for each connection and then names it. */
function asksForCommit(pair: Pair, chunk: Buffer): boolean {
  const text = chunk.toString('latin1')
  pair.commit ??= /([^\0]+)\0commit\0/.exec(text)?.[1]?.slice(-longestName) ?? null
  return pair.commit !== null && text.includes(`${pair.commit}\0`)
}
const longestName = 8

/** Stands between clients and the PostgreSQL of `url` until the test ends. */
export async function databaseProxy(
  t: { teardown(close: () => Promise<void>): unknown },
  url: string,
): Promise<DatabaseProxy> {
  const { hostname, port } = new URL(url)
  const pairs = new Set<Pair>()
  const state = { fault: 'forward' as Fault, cuts: 0 }
  const cut = (pair: Pair) => {
    pairs.delete(pair)
    pair.client.destroy()
    pair.server.destroy()
  }
  const cutAtCommit = (pair: Pair) => {
    state.cuts += 1
    cut(pair)
  }
  const proxy = createServer((client) => {
    if (state.fault === 'refuse') return void client.destroy()
    const pair: Pair = { client, server: connect(Number(port), hostname), commit: null, committing: false }
    pairs.add(pair)
    client.on('data', (chunk) => {
      if (state.fault === 'half-open') return
      const commits = asksForCommit(pair, chunk) && state.fault.endsWith('-commit')
      if (commits && state.fault === 'before-commit') return cutAtCommit(pair)
      pair.committing ||= commits
      pair.server.write(chunk)
    })
    pair.server.on('data', (chunk) => {
      if (state.fault === 'half-open') return
      if (pair.committing) return cutAtCommit(pair)
      client.write(chunk)
    })
    for (const side of [client, pair.server]) side.on('error', () => cut(pair)).on('close', () => cut(pair))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(async () => {
    for (const pair of pairs) cut(pair)
    await new Promise((closed) => proxy.close(closed))
  })
  return {
    url: Object.assign(new URL(url), { host: `127.0.0.1:${(proxy.address() as AddressInfo).port}` }).href,
    set: (fault) => void (state.fault = fault),
    cut: (how) => {
      for (const pair of pairs) {
        if (how === 'rst') pair.client.resetAndDestroy()
        cut(pair)
      }
    },
    cuts: () => state.cuts,
  }
}
