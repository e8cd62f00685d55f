import fc from 'fast-check'
import PostalMime from 'postal-mime'
import t from 'tap'
import { prebuild } from '../../src/mail/mime.ts'

const from = { name: 'Fërn & Sons', address: 'news@fern.example', domain: 'fern.example' }
const letter = {
  from,
  replyTo: 'hello@fern.example',
  subject: 'Five ways to darn – and a sixth one, for those who have read the other five',
  headers: { 'List-Id': '<repairs.fern.example>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  text: ['Hello ', 0, ',\n\n. a line that begins with a dot\n', 1, '\n'],
  html: ['<p>Hello ', 0, '</p>\n<p>', 1, '</p>'],
}
const copy = {
  to: 'ada@example.com',
  messageId: '<1@fern.example>',
  date: new Date('2026-11-21T10:00:00Z'),
  headers: { 'List-Unsubscribe': `<https://choices.fern.example/u/${'x'.repeat(120)}>` },
}

t.test('whatever a value holds, it comes out as that text and nothing else changes', async (t) => {
  const fill = await prebuild(letter)
  const plain = await PostalMime.parse(Buffer.from(fill({ ...copy, values: ['A', 'B'] }), 'latin1'))
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }),
      async (a, b) => {
        const values = [a, b].map((value) => value.toWellFormed().replaceAll(/[\r\n\0]/g, ' '))
        const mime = fill({ ...copy, values })
        const mail = await PostalMime.parse(Buffer.from(mime, 'latin1'))
        t.equal(mail.text?.trimEnd(), `Hello ${values[0]},\n\n. a line that begins with a dot\n${values[1]}`.trimEnd())
        t.same(mail.headers, plain.headers)
        const tags = (html: string | undefined) => html?.match(/<\/?[a-z]+/g)
        t.same(tags(mail.html), tags(plain.html))
        t.ok(mime.split('\r\n').every((line) => line.length <= 998 && !/[\r\n]/.test(line)))
      },
    ),
    { numRuns: 150 },
  )
})

t.test('every line end is CRLF, whatever is written: nothing in a mail can look like its end', async (t) => {
  const sly = 'a\r.\rMAIL FROM:<x@evil.example>\r\n.\r\r\n.\n.\n\r.\r\n\n\0'
  const fill = await prebuild({ ...letter, text: [sly, 0, sly], html: [sly, 0, sly] })
  const mime = fill({ ...copy, values: [sly] })
  t.same(mime.match(/\r(?!\n)|(?<!\r)\n|\0/g), null)
})

t.test('no header can be slipped in', async (t) => {
  const fill = await prebuild(letter)
  for (const headers of [{ 'X-A': 'a\r\nBcc: x@evil.example' }, { 'X-A': 'ä' }, { 'X-A': 'a'.repeat(901) }]) {
    t.throws(() => fill({ ...copy, headers, values: [] }), /cannot be written/)
  }
  t.throws(() => fill({ ...copy, to: 'a@x.example\r\nBcc: y@evil.example', values: [] }), /cannot be written/)
})

t.test('one each of the fields that may stand once (RFC 5322 section 3.6)', async (t) => {
  const fill = await prebuild(letter)
  const head = fill({ ...copy, values: ['A', 'B'] }).split('\r\n\r\n')[0] ?? ''
  for (const name of [
    'From',
    'To',
    'Date',
    'Message-ID',
    'Subject',
    'Reply-To',
    'List-Id',
    'List-Unsubscribe',
    'List-Unsubscribe-Post',
    'MIME-Version',
  ]) {
    t.equal(head.match(new RegExp(`^${name}:`, 'gim'))?.length, 1, name)
  }
  t.match(head, /^Date: Sat, 21 Nov 2026 10:00:00 \+0000\r$/m)
  t.match(head, /^List-Unsubscribe: <\S+>\r$/m, 'no fold inside the brackets (RFC 2369 section 2)')
})

t.test('a subject may say anything, also what stands for a part while the mail is composed', async (t) => {
  const fill = await prebuild({ ...letter, subject: 'courtesy-text-é and courtesy-html-é' })
  const mail = await PostalMime.parse(Buffer.from(fill({ ...copy, values: ['A', 'B'] }), 'latin1'))
  t.match(mail, { subject: 'courtesy-text-é and courtesy-html-é', text: /^Hello A,/ })
})
