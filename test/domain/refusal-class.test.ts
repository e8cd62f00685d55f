import fc from 'fast-check'
import t from 'tap'
import { classOfRefusal, type RefusalClass } from '../../src/domain/refusal-class.ts'

const table: [string, RefusalClass][] = [
  ['550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown in virtual mailbox table', 'gone'],
  ['550-5.1.1 The email account that you tried to reach does not exist.', 'gone'],
  ['553 5.1.3 The recipient address is not a valid address', 'gone'],
  ['551 5.1.6 Recipient has moved', 'gone'],
  ['556 5.1.10 The domain accepts no mail (nullMX)', 'gone'],
  ['550 5.2.1 This mailbox is disabled', 'gone'],
  ['550 No such user here', 'gone'],
  ['550 Invalid recipient', 'gone'],
  ['550 unknown', 'doubtful'],
  ['551 see elsewhere', 'doubtful'],
  ['550 5.1.2 Bad destination system', 'doubtful'],
  ['552 5.2.2 The mailbox is full', 'other'],
  ['552 5.3.4 Message too big', 'other'],
  ['550 5.7.1 Message refused by policy', 'other'],
  ['550 5.7.515 Access denied, sending domain does not pass', 'other'],
  ['554 5.6.0 Message content rejected', 'other'],
  ['550 5.1.1 You are sending too fast, try again later', 'other'],
  ['550 5.1.1 Blocked for spam', 'other'],
  ['550 5.1.8 Bad sender address', 'other'],
  ['554 no', 'other'],
  ['451 4.1.1 user unknown', 'other'],
  ['the mail could not be written or signed', 'other'],
  ['', 'other'],
]

t.test('only an answer that speaks of the mailbox itself says that it is gone (RFC 3463)', async (t) => {
  for (const [reply, says] of table) t.equal(classOfRefusal(reply), says, reply)
})

t.test('an address may be made of any words', async (t) => {
  t.equal(classOfRefusal('550 5.1.1 <spam.policy@blocked.example>: no such user'), 'gone')
  t.equal(classOfRefusal('550 5.7.1 <no.such.user@example.com>'), 'other')
})

t.test('whatever a receiver says is read, and nothing but a 5xx is ever a refusal of the mailbox', async () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      classOfRefusal(text)
      return classOfRefusal(`4${text}`) === 'other' && classOfRefusal(`2${text}`) === 'other'
    }),
  )
})
