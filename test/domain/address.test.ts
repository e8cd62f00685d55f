import * as fc from 'fast-check'
import tap from 'tap'
import { envelopeAddress, maskedAddress, parseAddress } from '../../src/domain/address.ts'
import eai from '../vectors/eai/addresses.json' with { type: 'json' }
import naughty from '../vectors/naughty-strings/blns.json' with { type: 'json' }

/** A line separator in a test's name would break the protocol that tests report in. */
const shown = (text: string) => encodeURI(text.toWellFormed()).slice(0, 60)
/** Only the local part: in a domain, final sigma is another letter (IDNA 2008). */
const lowerLocal = (address: string) => address.replace(/^[^@]*/, (local) => local.toLowerCase())
const identity = (text: string) => {
  const parsed = parseAddress(text)
  return parsed.kind === 'address' ? parsed.canonical : `refused: ${parsed.reason}`
}

await tap.test('an address is one identity whatever its case, spaces and domain form', async (t) => {
  const same: Record<string, readonly string[]> = {
    'ada@example.com': [
      'Ada@Example.COM',
      '  ada@example.com ',
      '\tada@example.com\u00a0',
      'ada@example.com.',
      '\ufeffada@example.com',
    ],
    'a@x.test': [
      'a@x。test',
      'a@x．test',
      'a@x｡test',
      'ａ@x.test',
      'Ａ@ｘ.test',
      'A@X.TEST',
      'a@x.test.',
      'a@x.test。',
    ],
    'ada@xn--bcher-kva.example': [
      'ada@bücher.example',
      'ADA@BÜCHER.example',
      'ada@bu\u0308cher.example',
      'ada@XN--BCHER-KVA.example',
    ],
    'jóse@example.com': ['jo\u0301se@example.com', 'JÓSE@example.com', 'JO\u0301SE@example.com'],
    'ẖ@example.com': ['H\u0331@example.com', 'h\u0331@example.com'],
    'χρήστησ@example.com': ['χρήστης@example.com', 'ΧΡΉΣΤΗΣ@example.com', 'χρήστησ@EXAMPLE.com'],
    "o'brien+news@example.com": ["O'Brien+News@example.com"],
  }
  for (const [canonical, spellings] of Object.entries(same)) {
    for (const spelling of [canonical, ...spellings]) t.equal(identity(spelling), canonical, shown(spelling))
  }
})

await tap.test('what looks alike but is another mailbox stays another person', async (t) => {
  const different = [
    'ada@example.com',
    'ada+news@example.com',
    'a.da@example.com',
    'ada@example.org',
    'аda@example.com',
  ]
  t.equal(new Set(different.map(identity)).size, different.length)
  t.not(identity('strasse@example.com'), identity('straße@example.com'))
  t.not(identity('ada@faß.example'), identity('ada@fass.example'))
})

await tap.test('the spelling she gave is kept, without the spaces around it', async (t) => {
  for (const [given, kept] of [
    [' Ada.Rossi@Example.COM ', 'Ada.Rossi@Example.COM'],
    ['ada@bücher.example', 'ada@bücher.example'],
    ['jo\u0301se@example.com', 'jo\u0301se@example.com'],
  ] as const) {
    t.match(parseAddress(given), { kind: 'address', spelling: kept })
  }
})

await tap.test('internationalised addresses go out as RFC 6531 wants', async (t) => {
  for (const { addr, smtputf8, aLabelDomain } of eai.addresses) {
    const [local = '', domain = ''] = addr.split('@')
    t.same(envelopeAddress(addr), { address: `${local}@${aLabelDomain ?? domain}`, smtputf8 }, addr)
    t.equal(identity(`${local}@${aLabelDomain ?? domain}`), identity(addr), `${addr}: both forms of the domain`)
  }
  for (const { a, b, sameAfterNFC } of eai.normalisation) t.equal(identity(a) === identity(b), sameAfterNFC)
  t.equal(identity('xn--ls8ha@outlook.com'), 'xn--ls8ha@outlook.com', 'a local part is never decoded')
  t.same(envelopeAddress('Ada@BÜCHER.example.'), { address: 'Ada@xn--bcher-kva.example', smtputf8: false })
  t.throws(() => envelopeAddress('nobody'), { code: 'invalid-input' })
})

await tap.test('what no mail program would agree upon is refused, and the reason says why', async (t) => {
  const refused: readonly (readonly [string, string])[] = [
    ['', 'empty'],
    [' \t', 'empty'],
    ['ada at example.com', 'no @'],
    ['ada＠example.com', 'no @'],
    ['ada@example.com@example.org', 'more than one @'],
    ['ada@@example.com', 'more than one @'],
    ['ad＠a@example.com', 'not allowed'],
    ['@example.com', 'before the @'],
    ['ada@', 'after the @'],
    ['ada@.', 'not a valid one'],
    ['"x@gmail.com y"@internal.domain', 'quotation marks'],
    ['"ada"@example.com', 'quotation marks'],
    ['＂ada＂@example.com', 'not allowed'],
    ['a@x.test,b@y.test', 'comma'],
    ['a，b@x.test', 'not allowed'],
    ['a\u037eb@x.test', 'not allowed'],
    ['friends: a@x.test;', 'groups'],
    ['mailto:ada@example.com', 'groups'],
    ['ada(the first)@example.com', 'parentheses'],
    ['Ada <ada@example.com>', 'angle brackets'],
    ['a@[127.0.0.1]', 'literal'],
    ['a@[IPv6:::1]', 'groups'],
    ['a@127.0.0.1', 'IP address'],
    ['a@１２７.0.0.1', 'IP address'],
    ['a@example.1', 'not a valid one'],
    ['a@localhost', 'no dot'],
    ['a@localhost.', 'no dot'],
    ['a\\@x.test', 'backslash'],
    ['a b@x.test', 'space'],
    ['a@x .test', 'space'],
    ['a\u3000b@x.test', 'space'],
    ['a@x.test\r\nRCPT TO:<c@z.test>', 'line break'],
    ['a@x.test\n', 'line break'],
    ['a\u2028b@x.test', 'line break'],
    ['a\0@x.test', 'control'],
    ['a\tb@x.test', 'control'],
    ['a\x7f@x.test', 'control'],
    ['a\u0085b@x.test', 'control'],
    ['a\u202eb@x.test', 'direction'],
    ['a@x\u2066.test', 'direction'],
    ['a\ud800@x.test', 'surrogate'],
    ['a@\udc00x.test', 'surrogate'],
    ['a\u200bb@x.test', 'invisible'],
    ['a@x\u00ad.test', 'invisible'],
    ['a\ufe0f@x.test', 'invisible'],
    ['a\ue000@x.test', 'invisible'],
    ['.a@x.test', 'dot'],
    ['a.@x.test', 'dot'],
    ['a..b@x.test', 'dot'],
    ['a@.x.test', 'dot at its start'],
    ['a@x..test', 'two in a row'],
    ['a@x.test..', 'two in a row'],
    ['a@-x.test', 'hyphen'],
    ['a@x-.test', 'hyphen'],
    ['a@x_y.test', 'not a valid one'],
    ['a@x.test/y', 'not a valid one'],
    ['a@x.test?y', 'not a valid one'],
    ['a@x%2etest', 'not a valid one'],
    ['a@x％41.test', 'not a valid one'],
    [`a@${'x'.repeat(64)}.test`, 'not a valid one'],
    [`${'a'.repeat(65)}@x.test`, 'longer than 64 bytes'],
    [`${'ä'.repeat(33)}@x.test`, 'longer than 64 bytes'],
    [`${'İ'.repeat(32)}@x.test`, 'longer than 64 bytes'],
    [`${'ａ'.repeat(22)}@x.test`, 'longer than 64 bytes'],
    [`${'a'.repeat(64)}@${'x.'.repeat(93)}test`, 'longer than 254 bytes'],
  ]
  for (const [text, why] of refused) t.match(identity(text), why, shown(text))
  t.match(identity(`${'a'.repeat(64)}@${'x.'.repeat(93)}tes`), /^a/, '254 bytes are accepted')
})

await tap.test('a megabyte is refused unread', async (t) => {
  const long = [
    'a'.repeat(2 ** 20),
    `${' '.repeat(2 ** 20)}a@x.test`,
    `a@${'x.'.repeat(2 ** 19)}test`,
    'a:'.repeat(2 ** 19),
  ]
  for (const text of long) t.match(identity(text), 'longer than 254 bytes')
})

await tap.test(
  'any text is read or refused without throwing, and a canonical form is its own canonical form',
  async (t) => {
    const unit = fc.constantFrom(
      ...'aZ9.-_+@ßıİΣςσÅ한ａ．。'.split(''),
      '\u0301',
      '\u0345',
      '\ud83d\ude00',
      '\ud800',
      'xn--',
      'bücher',
    )
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.emailAddress(),
      fc.tuple(fc.string({ unit: 'grapheme' }), fc.domain()).map((parts) => parts.join('@')),
      fc.tuple(fc.string({ unit }), fc.string({ unit })).map(([local, domain]) => `${local}@${domain}.test`),
      fc.constantFrom(
        ...naughty,
        ...naughty.map((text) => `${text}@example.com`),
        ...naughty.map((text) => `ada@${text}`),
      ),
    )
    let accepted = 0
    fc.assert(
      fc.property(texts, (text) => {
        maskedAddress(text)
        const parsed = parseAddress(text)
        if (parsed.kind === 'refused') return parsed.reason !== ''
        accepted++
        const { address, smtputf8 } = envelopeAddress(parsed.spelling)
        return (
          identity(parsed.canonical) === parsed.canonical &&
          identity(parsed.spelling) === parsed.canonical &&
          identity(address) === parsed.canonical &&
          identity(lowerLocal(parsed.spelling)) === parsed.canonical &&
          /^[a-z\d.-]+$/.test(address.slice(address.indexOf('@') + 1)) &&
          (smtputf8 || /^[\x21-\x7e]+$/.test(address)) &&
          Buffer.byteLength(address) <= 254
        )
      }),
      { numRuns: 4000 },
    )
    t.ok(accepted > 500, `${accepted} of 4,000 were addresses`)
  },
)

await tap.test('a masked address shows the first character and the domain', async (t) => {
  t.equal(maskedAddress('ada@example.com'), 'a•••@example.com')
  t.equal(maskedAddress('e\u0301va@bücher.example'), 'e\u0301•••@bücher.example')
  t.equal(maskedAddress('nobody'), '•••')
})
