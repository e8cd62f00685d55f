import t from 'tap'
import { networkOf } from '../../src/domain/client-network.ts'
import { mailboxOf } from '../../src/domain/mailbox-of.ts'

t.test('an IPv4 address counts by itself, an IPv6 one with its household', async (t) => {
  t.equal(networkOf('203.0.113.7'), '203.0.113.7')
  t.equal(networkOf('::ffff:203.0.113.7'), '203.0.113.7')
  const one = networkOf('2001:db8:1:2ff::1')
  t.equal(networkOf('2001:0DB8:0001:02ab:ffff::9'), one)
  t.not(networkOf('2001:db8:1:3ff::1'), one)
  t.equal(networkOf('2001:db8::'), networkOf('2001:db8:0:0:0:0:0:5'))
})

t.test('this machine and private networks are no network: there stands a proxy', async (t) => {
  for (const ip of [
    '127.0.0.1',
    '::1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.9.9',
    '192.168.1.1',
    '169.254.1.1',
    '::ffff:127.0.0.1',
    'fd00::1',
    'fe80::1%eth0',
  ]) {
    t.equal(networkOf(ip), null, ip)
  }
  for (const ip of ['172.32.0.1', '11.0.0.1', '192.169.0.1']) t.equal(networkOf(ip), ip)
})

t.test('what is no address is no network', async (t) => {
  for (const ip of ['', 'x', '1::2::3', '1:2:3', '1:2:3:4:5:6:7:8:9', 'g::1']) t.equal(networkOf(ip), null, ip)
})

t.test('spellings of one mailbox count as one, and no others', async (t) => {
  t.equal(mailboxOf('ada+x+y@example.com'), 'ada@example.com')
  t.equal(mailboxOf('a.d.a+x@gmail.com'), 'ada@gmail.com')
  t.equal(mailboxOf('a.da@example.com'), 'a.da@example.com')
  t.equal(mailboxOf('+x@example.com'), '+x@example.com')
})
