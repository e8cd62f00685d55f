import fc from 'fast-check'
import t from 'tap'
import { closeTo, differenceOf } from '../../src/domain/text-difference.ts'

const marks = { same: ' ', added: '+', removed: '-', gap: '~' } as const
const told = (lines: ReturnType<typeof differenceOf>) => lines.map(({ kind, text }) => `${marks[kind]}${text}`)

t.test('lines that are in both stay, and each other one goes or comes', async (t) => {
  t.same(told(differenceOf('a\nb\nc\nd', 'a\nc\nx\nd')), [' a', '-b', ' c', '+x', ' d'])
  t.same(told(differenceOf('a', 'a')), [' a'])
  t.same(told(differenceOf('a\nb', 'c')), ['-a', '-b', '+c'])
})

t.test('both texts can be read from the difference, whatever they are', async () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = differenceOf(before, after)
      const without = (kind: 'added' | 'removed') =>
        lines.flatMap((line) => (line.kind === kind ? [] : [line.text])).join('\n')
      return without('added') === before && without('removed') === after
    }),
  )
})

t.test('lines far from any change are left out, with a gap in their place', async (t) => {
  const lines = differenceOf('a\nb\nc\nd\ne\nf', 'a\nb\nc\nx\ne\nf')
  t.same(told(closeTo(lines, 1)), ['~…', ' c', '-d', '+x', ' e', '~…'])
  t.same(told(closeTo(differenceOf('a\nb', 'a\nb'), 1)), ['~…'])
})
