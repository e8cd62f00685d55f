import t from 'tap'
import {
  holdsAnotherRow,
  readHeader,
  readRow,
  shortText,
  statusOfFile,
  type ExportColumns,
} from '../../src/domain/audience-export.ts'
import { instantOf } from '../../src/domain/export-formats.ts'

const header = [
  'Email Address',
  'First Name',
  'Last Name',
  'About what?',
  'CONFIRM_TIME',
  'CONFIRM_IP',
  'TIMEZONE',
  'Language',
]

function columnsOf(cells: string[]): ExportColumns {
  const columns = readHeader(cells, 'About what?')
  if (!columns) throw new Error('no columns')
  return columns
}

function read(cells: Record<string, string>) {
  const columns = columnsOf(header)
  return readRow(
    columns,
    header.map((column) => cells[column] ?? ''),
  )
}

t.test('a file’s name tells the status of everybody in it, or nothing', async (t) => {
  const names: [string, ReturnType<typeof statusOfFile>][] = [
    ['subscribed_members_export_1a2b.csv', 'subscribed'],
    ['subscribed_email_audience_export_1a2b.csv', 'subscribed'],
    ['Unsubscribed Members.CSV', 'unsubscribed'],
    ['un-subscribed_export.csv', 'unsubscribed'],
    ['my_unsubscribed.csv', 'unsubscribed'],
    ['cleaned.csv', 'cleaned'],
    ['nonsubscribed_email_audience_export.csv', null],
    ['non-subscribed.csv', null],
    ['not_subscribed.csv', null],
    ['resubscribed.csv', null],
    ['subscribedandcleaned.csv', null],
    ['subscribed_and_cleaned.csv', null],
    ['unsubscribed-subscribed.csv', null],
    ['people.csv', null],
    ['', null],
  ]
  for (const [name, status] of names) t.equal(statusOfFile(name), status, name)
})

t.test('columns are found by name, whatever their order, case and spaces', async (t) => {
  const columns = columnsOf([' confirm_ip', 'about WHAT?', 'EMAIL ADDRESS ', 'UNSUB_TIME'])
  t.match(columns, { confirmedIp: 0, interests: 1, address: 2, leftAt: 3, confirmedAt: -1 })
  t.equal(readHeader(['Email', 'Name'], null), undefined)
  t.equal(readHeader(['Email Address', 'About what?'], null)?.interests, -1)
})

t.test('times are UTC, and only those of the calendar', async (t) => {
  t.equal(instantOf('2024-02-29 23:59:59'), '2024-02-29T23:59:59.000Z')
  t.equal(instantOf(' 2024-02-29 00:00:00 '), '2024-02-29T00:00:00.000Z')
  for (const cell of [
    '',
    '2023-02-29 00:00:00',
    '2024-01-01',
    '2024-01-01T00:00:00Z',
    '01/02/2024 00:00:00',
    '2024-01-01 24:00:00',
    '0000-00-00 00:00:00',
  ]) {
    t.equal(instantOf(cell), null, cell)
  }
})

t.test('a yes needs an address that is one', async (t) => {
  const ipOf = (cell: string) => {
    const result = read({ 'Email Address': 'ada@example.com', CONFIRM_IP: cell })
    return result.row?.evidence.confirmedIp
  }
  t.equal(ipOf(' 203.0.113.7 '), '203.0.113.7')
  t.equal(ipOf('2001:db8::7'), '2001:db8::7')
  for (const cell of ['', '-', 'n/a', '203.0.113', '999.0.0.1', 'localhost']) t.equal(ipOf(cell), null, cell)
})

t.test('interests are split at commas, once each, and a comma of their own has a backslash', async (t) => {
  const result = read({
    'Email Address': 'ada@example.com',
    'About what?': 'Repairs, Hats\\, scarves,, New patterns ,Repairs',
  })
  t.same(result.row?.interests, ['Repairs', 'Hats, scarves', 'New patterns'])
})

t.test('texts are one line in any script, without what steers a terminal or a page’s direction', async (t) => {
  t.equal(shortText('さくら'), 'さくら')
  t.equal(shortText('=SUM(A1)'), '=SUM(A1)')
  t.equal(shortText(' said\r\n"no"\u0000\u001b[2J\u202e '), 'said "no" [2J')
  t.equal(shortText('Zoe\u0308'), 'Zoë')
  t.equal(shortText('\ud800x'), null)
  t.equal(shortText('M\ufffdller'), null)
  t.equal(shortText('x'.repeat(300))?.length, 200)
  t.equal(shortText(`${'x'.repeat(199)}😀`)?.isWellFormed(), true)
  t.equal(shortText(' \t'), null)
})

t.test('a zone or language that cannot be read is left out and the row counts', async (t) => {
  const known = read({ 'Email Address': 'ada@example.com', TIMEZONE: 'Asia/Kathmandu', Language: 'pt_br' })
  t.match(known, { kind: 'row', row: { timeZone: 'Asia/Kathmandu', language: 'pt-BR' } })
  const unknown = read({ 'Email Address': 'ada@example.com', TIMEZONE: 'Moon/Tycho', Language: 'English (UK)' })
  t.match(unknown, { kind: 'row', row: { timeZone: null, language: null } })
})

t.test('an unusable row says which cell and why, and keeps what a stop needs', async (t) => {
  t.match(read({ 'Email Address': 'ada at example.com' }), {
    kind: 'unusable',
    column: 'Email Address',
    value: 'ada at example.com',
    reason: 'no @ sign',
    row: null,
  })
  t.match(read({ 'Email Address': 'm\ufffdller@example.com' }), {
    kind: 'unusable',
    reason: 'it is not written in UTF-8',
    row: null,
  })
  const columns = columnsOf(header)
  t.match(readRow(columns, ['ada@example.com', 'Ada']), {
    kind: 'unusable',
    column: null,
    value: 'ada@example.com',
    reason: 'the row has 2 columns and the header 8',
    row: { canonical: 'ada@example.com', evidence: { confirmedAt: null } },
  })
  t.match(readRow(columns, ['nobody']), { kind: 'unusable', row: null })
})

t.test('a cell of several lines is a remark, unless one of them reads like a whole row', async (t) => {
  const columns = columnsOf(header)
  const row = (name: string) => ['ada@example.com', name, '', '', '', '', '', '']
  t.equal(holdsAnotherRow(columns, row('Ada\nben@example.com,Ben,,,,,')), true)
  t.equal(holdsAnotherRow(columns, row('Ada,,,,,,\r\nben@example.com,Ben,,,,,,\r\ncyn@example.com,Cyn')), true)
  t.equal(holdsAnotherRow(columns, row('Ada\nben@example.com,Ben')), true, 'its last cells stand after the cell')
  for (const remark of ['said "no",\nthen hung up', 'wrote from\nben@example.com', 'a,b,c\nd,e,f,g,h,i,j,k\n']) {
    const cells = [...row('Ada').slice(0, 7), remark]
    t.equal(holdsAnotherRow(columns, cells), false, remark)
  }
  const last = columnsOf([...header.slice(1), 'Email Address'])
  t.equal(holdsAnotherRow(last, ['Ada\nLovelace', '', '', '', '', '', '', 'ada@example.com']), false)
})
