import type postgres from 'postgres'

/** Types and the types of their arrays, by the numbers that PostgreSQL gives its own: they never change. */
const arrayOf: readonly (readonly [element: number, array: number])[] = [
  [16, 1000], // boolean
  [17, 1001], // bytea
  [20, 1016], // bigint
  [21, 1005], // smallint
  [23, 1007], // integer
  [25, 1009], // text
  [114, 199], // json
  [700, 1021], // real
  [701, 1022], // double precision
  [1043, 1015], // varchar
  [1082, 1182], // date
  [1114, 1115], // timestamp
  [1184, 1185], // timestamptz
  [1186, 1187], // interval
  [1700, 1231], // numeric
  [2950, 2951], // uuid
  [3802, 3807], // jsonb
]

/**
 * Lets a client write and read arrays of the built-in types, of one dimension, without asking the server for them on each new
 * connection: a connection that is cut while postgres.js 3.4.9 asks ends the process (docs/decisions/0007). To be used with
 * `fetch_types: false`.
 */
export function knowArrays({ options }: postgres.Sql): void {
  for (const [element, array] of arrayOf) {
    // Looked up when it is needed: whoever changes how an element is written changes its arrays too.
    options.serializers[array] = (items: unknown) =>
      Array.isArray(items) ? arrayText(items, options.serializers[element]) : items
    options.parsers[array] = (text: string) => arrayItems(text, options.parsers[element])
  }
}

function arrayText(items: readonly unknown[], write: (item: unknown) => unknown = String): string {
  const texts = items.map((item) => {
    if (item === undefined) throw new TypeError('an array for the database holds undefined; null is what it knows')
    return item === null ? 'null' : quoted(String(write(item)))
  })
  return `{${texts.join(',')}}`
}

/** An item in quotes. Most have nothing to escape, and looking is cheaper than replacing. */
function quoted(text: string): string {
  return text.includes('"') || text.includes('\\') ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`
}

function arrayItems(text: string, read: (item: string) => unknown = (item) => item): unknown[] {
  const items = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)
  return Array.from(items, ([, inQuotes, bare]) => {
    if (inQuotes !== undefined) return read(inQuotes.replaceAll(/\\(.)/gs, '$1'))
    return bare === 'NULL' ? null : read(bare ?? '')
  })
}
