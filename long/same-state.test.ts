import t from 'tap'
import { checkSameState } from '../test/support/same-state.ts'

t.test('sentence, page, receipt, export and ledger give the same state for 10,000 random choices', async (t) => {
  t.doesNotThrow(() => checkSameState(10_000))
})
