import * as fc from 'fast-check'
import tap from 'tap'
import { canonicalJson, parseCanonicalJson } from '../../src/domain/canonical-json.ts'
import naughty from '../vectors/naughty-strings/blns.json' with { type: 'json' }
import numbers from '../vectors/jcs/rfc8785-numbers.json' with { type: 'json' }
import objects from '../vectors/jcs/rfc8785-objects.json' with { type: 'json' }

await tap.test('the published documents come out byte for byte', async (t) => {
  for (const { name, inputHex, outputHex } of objects.cases) {
    const text = canonicalJson(JSON.parse(Buffer.from(inputHex, 'hex').toString()))
    t.equal(Buffer.from(text).toString('hex'), outputHex, name)
  }
})

await tap.test(
  'the published numbers come out as listed, save whole ones that a double cannot hold exactly',
  async (t) => {
    for (const { ieee754Hex, expected, error } of numbers.cases) {
      const value = Buffer.from(ieee754Hex, 'hex').readDoubleBE()
      const unsafeInteger = expected !== null && /^-?\d+$/.test(expected) && !Number.isSafeInteger(value)
      if (error || unsafeInteger) t.throws(() => canonicalJson(value), { code: 'invalid-input' }, ieee754Hex)
      else t.equal(canonicalJson(value), expected, ieee754Hex)
    }
  },
)

await tap.test('what JSON cannot carry exactly is refused', async (t) => {
  const cycle: unknown[] = []
  cycle.push(cycle)
  const sparse: unknown[] = []
  sparse[2] = 1
  const refused = {
    NaN: Number.NaN,
    infinity: -Infinity,
    'the first unsafe integer': 2 ** 53,
    'a lone surrogate': 'a\ud800',
    'a lone surrogate in a key': { '\udc00': 1 },
    undefined: [undefined],
    'a member that is undefined': { a: undefined },
    'a hole in an array': sparse,
    function: { toJSON: () => 1 },
    bigint: 1n,
    symbol: Symbol('s'),
    date: new Date(0),
    map: new Map(),
    'a boxed string': Object('s'),
    cycle,
  }
  for (const [name, value] of Object.entries(refused)) {
    t.throws(() => canonicalJson(value), { name: 'Problem', code: 'invalid-input' }, name)
  }
  t.equal(canonicalJson([2 ** 53 - 1, -0, null]), '[9007199254740991,0,null]')
})

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

await tap.test('64 levels are written and read, 65 are refused', async (t) => {
  t.equal(parseCanonicalJson(nested(64)).kind, 'canonical')
  t.equal(parseCanonicalJson(nested(65)).kind, 'refused')
  t.equal(parseCanonicalJson(nested(1_000_000)).kind, 'refused')
})

await tap.test('only text that is its own canonical form is read', async (t) => {
  const other = {
    'a duplicate key': '{"a":1,"a":1}',
    'a fraction of nothing': '1.0',
    exponent: '1e3',
    'minus zero': '-0',
    'a needless escape': '"\\u0041"',
    'an escaped slash': '"\\/"',
    'upper-case hex': '"\\u000F"',
    'a space': '{"a": 1}',
    'a line feed': '{}\n',
    'unsorted keys': '{"b":1,"a":1}',
    'an integer that rounds': '9007199254740993',
    'an escaped lone surrogate': '"\\ud800"',
    'a byte order mark': '\ufeff{}',
    nothing: '',
    'no JSON': '{a:1}',
    'two values': '1 2',
  }
  for (const [name, text] of Object.entries(other)) t.equal(parseCanonicalJson(text).kind, 'refused', name)
  t.same(parseCanonicalJson('null'), { kind: 'canonical', value: null })
  t.same(parseCanonicalJson('{"__proto__":1}').kind, 'canonical', 'a key that JavaScript finds special is only a key')
})

await tap.test('any JSON value has one text, which is read back as the same value', async (t) => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (json) => {
      const read = parseCanonicalJson(attempt(JSON.parse(json)) ?? 'null')
      if (read.kind === 'refused') return false
      const text = canonicalJson(read.value)
      const again = parseCanonicalJson(text)
      return again.kind === 'canonical' && canonicalJson(again.value) === text
    }),
  )
  t.pass()
})

await tap.test('key order of the input does not matter', async (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (members) => {
      const backwards = Object.fromEntries(Object.entries(members).toReversed())
      return canonicalJson(members) === canonicalJson(backwards)
    }),
  )
  t.pass()
})

await tap.test('naughty strings survive as keys and as values', async (t) => {
  for (const text of naughty) {
    const value = Object.fromEntries([[text, text]])
    t.same(parseCanonicalJson(canonicalJson(value)), { kind: 'canonical', value })
  }
})

/** The canonical text, or null where the value has none (fast-check makes whole numbers beyond 2^53−1, too). */
function attempt(value: unknown): string | null {
  try {
    return canonicalJson(value)
  } catch {
    return null
  }
}
