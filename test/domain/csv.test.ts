import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import t from 'tap'
import { csvRecord, safeCell } from '../../src/domain/csv.ts'

type Vectors = {
  escape: { in: string; cell: string }[]
  quote: { in: string; out: string }[]
  combined: { in: string; out: string }
}
const file = new URL('../vectors/csv/csv-injection.json', import.meta.url)
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'))

t.test('no cell is a formula to a spreadsheet', async (t) => {
  for (const one of vectors.escape) t.equal(safeCell(one.in), one.cell, JSON.stringify(one.in))
})

t.test('cells are quoted as RFC 4180 says', async (t) => {
  for (const one of vectors.quote) t.equal(csvRecord([one.in]), `${one.out}\r\n`, JSON.stringify(one.in))
  t.equal(csvRecord([vectors.combined.in]), `${vectors.combined.out}\r\n`)
  t.equal(csvRecord(['a', null, 'b']), 'a,,b\r\n')
})

t.test('another program reads back every cell, and one apostrophe less is what it said', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom("'", '=', '"', ',', '\r', '\n', '＝', 'a'), { maxLength: 6 })
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
      const rows: string[][] = parse(csvRecord(cells), { record_delimiter: '\r\n', bom: false })
      for (const [n, read] of (rows[0] ?? []).entries()) {
        const said = cells[n] ?? ''
        if (read !== said && read !== `'${said}`)
          throw new Error(`${JSON.stringify(said)} became ${JSON.stringify(read)}`)
        if (/^[=+\-@\t\r\n\0＝＋－＠]/.test(read)) throw new Error(`${JSON.stringify(read)} is a formula`)
      }
    }),
    { numRuns: 500 },
  )
})

t.test('two different cells never become the same one', async (t) => {
  const cell = fc.array(fc.constantFrom("'", '=', '-', 'a'), { maxLength: 4 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(cell, cell, (one, other) => one === other || safeCell(one) !== safeCell(other)),
    {
      numRuns: 2_000,
    },
  )
  t.pass()
})
