import t from 'tap'
import { searchTerm } from '../../src/domain/search-term.ts'

t.test('what is looked for is told by its form', async (t) => {
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const hash = '0123456789abcdef'.repeat(4)
  t.same(searchTerm(' Ada@Example.com '), { kind: 'address', canonical: 'ada@example.com' })
  for (const text of ['48213', '48,213', '48.213', '48 213', '#48213', '#48,213']) {
    t.same(searchTerm(text), { kind: 'entry', number: 48_213 }, text)
  }
  t.same(searchTerm(id.toUpperCase()), { kind: 'person', id })
  t.same(searchTerm(hash), { kind: 'wording', hash })
  t.same(searchTerm('Spring-repairs'), { kind: 'campaign', slug: 'spring-repairs' })
})

t.test('what can be none of them is refused', async (t) => {
  for (const text of ['', '  ', 'ada@', '@example.com', 'two words', '%', "'; drop table people", 'x'.repeat(65)]) {
    t.equal(searchTerm(text), null, text)
  }
})
