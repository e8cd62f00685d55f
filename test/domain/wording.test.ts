import { createHash } from 'node:crypto'
import t from 'tap'
import { frozen } from '../../src/domain/wording.ts'

t.test('the same words have the same name, whatever their line ends and Unicode form', async (t) => {
  const one = frozen('Ja, gern\u0065\u0301\r\nAlles.\r')
  const other = frozen('Ja, gerné\nAlles.\n')
  t.same(one, other)
  t.equal(one.body, 'Ja, gerné\nAlles.\n')
  t.equal(one.hash, createHash('sha256').update(Buffer.from(one.body)).digest('hex'))
  t.not(frozen('Yes').hash, frozen('yes').hash)
})
