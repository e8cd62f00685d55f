import fc from 'fast-check'
import t from 'tap'
import { raises } from '../../src/domain/choice-differences.ts'
import { attested, lowered, type Lowering } from '../../src/domain/told-staff.ts'
import { arbitraryChoices } from '../support/arbitrary-choices.ts'

const at = '2026-06-01T12:00:00.000Z'
const wording = 'a'.repeat(64)

t.test('what is recorded as less is never more, whatever she had chosen', async () => {
  const lowering: fc.Arbitrary<Lowering> = fc.oneof(
    fc.constant<Lowering>({ what: 'stop' }),
    fc.array(fc.integer({ min: 1, max: 6 })).map((topics): Lowering => ({ what: 'topics', topics })),
    fc.constantFrom('digest-weekly', 'digest-monthly').map((pace): Lowering => ({ what: 'slower', pace })),
    fc.constant<Lowering>({ what: 'pause', until: '2026-07-01T00:00:00.000Z' }),
  )
  fc.assert(fc.property(arbitraryChoices(), lowering, (choices, said) => !raises(choices, lowered(choices, said, at))))
})

t.test('an attested yes never ends a stop, a pause or a no, and widens nothing but the topics it names', async () => {
  fc.assert(
    fc.property(arbitraryChoices(), fc.date({ noInvalidDate: true }), (choices, when) => {
      const saidAt = when.toISOString()
      const result = attested(choices, { topics: [1], wording, saidAt }, at)
      if ('refused' in result) return true
      const { choices: after } = result
      const isNewer = (said: string | null) => said !== null && Date.parse(said) > Date.parse(saidAt)
      const others = (topics: typeof choices.topics) => Object.entries(topics).filter(([id]) => id !== '1')
      return (
        choices.stopped === null &&
        choices.channels.email !== 'no' &&
        !isNewer(choices.choseAt) &&
        Date.parse(saidAt) <= Date.parse(at) &&
        after.paused === choices.paused &&
        JSON.stringify(others(after.topics)) === JSON.stringify(others(choices.topics))
      )
    }),
  )
})
