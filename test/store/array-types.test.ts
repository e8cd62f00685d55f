import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { openTestHouse } from '../support/house.ts'

t.test('arrays of every kind go there and come back', async (t) => {
  const { sql } = (await openTestHouse(t)).database
  const id = '6f1c1f5e-5a0f-4c4e-8f0e-0d5a1a2b3c4d'
  const at = '2026-03-29 01:30:00.123456+00'
  const sly = ['', 'a,b', '"', '\\', '\\"', '{}', 'NULL', 'null', ' ', 'é\n\u{1F9F5}', '}', ',']
  const [row] = await sql`
    select ${sly}::text[] as texts, ${[id]}::uuid[] as ids, ${[at]}::timestamptz[] as times, ${['1', '9007199254740993']}::bigint[] as large,
      ${[1, -2]}::int[] as whole, ${[3]}::smallint[] as small, ${['true', 'false']}::text[]::boolean[] as flags,
      ${[]}::text[] as none, ${['a', null]}::text[] as gap, array[1.5]::numeric[] as exact, array['{"a": "x,\\"y"}']::jsonb[] as json,
      (select array_agg(x) from (values ('a"b'), ('c,d')) as v (x)) as gathered, cardinality(${sly}::text[]) as count,
      (select every(x in (select unnest(${sly}::text[]))) from unnest(array['', 'NULL', ',']) x) as found`
  t.same(row, {
    texts: sly,
    ids: [id],
    times: [at],
    large: ['1', '9007199254740993'],
    whole: [1, -2],
    small: [3],
    flags: [true, false],
    none: [],
    gap: ['a', null],
    exact: ['1.5'],
    json: [{ a: 'x,"y' }],
    gathered: ['a"b', 'c,d'],
    count: sly.length,
    found: true,
  })
  await t.rejects(async () => sql`select ${['a', undefined] as string[]}::text[]`, /undefined/)
})

t.test('a new connection asks for nothing by itself: what is cut then would end the process (F19)', async (t) => {
  const { url } = (await openTestHouse(t)).database
  const { hostname, port } = new URL(url)
  const server = createServer((client) => {
    const there = connect(Number(port), hostname)
    for (const socket of [client, there]) socket.on('error', () => undefined)
    client.on('data', (chunk) => {
      if (!chunk.includes('pg_type')) return void there.write(chunk)
      client.destroy()
      there.destroy()
    })
    there.on('data', (chunk) => client.write(chunk))
    client.on('close', () => there.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const database = openDatabase(url.replace(port, String((server.address() as AddressInfo).port)))
  t.teardown(() => database.close())
  for (const sql of [database.sql, database.readOnly]) {
    t.match(await sql`select ${['a']}::text[] as texts`, [{ texts: ['a'] }])
    t.match(await sql.begin((tx) => tx`select ${['a']}::text[] as texts`), [{ texts: ['a'] }])
  }
})
