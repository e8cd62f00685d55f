import fc from 'fast-check'
import t from 'tap'
import { beginWithin } from '../../src/domain/begin-within.ts'
import { reasons, type Rules, type Standing, type TopicSending } from '../../src/domain/gate.ts'
import { arbitraryBrand, arbitraryInstant, arbitraryOpenChoices, someWording } from '../support/arbitrary-choices.ts'

const wordings = new Set([someWording])
const day = 86_400_000

t.test('no quiet hour begins for her before what is released must have begun', async (t) => {
  let borders = 0
  fc.assert(
    fc.property(
      arbitraryInstant(),
      arbitraryOpenChoices(),
      arbitraryBrand(),
      fc.option(fc.integer({ min: 0, max: 3 * day })),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (at, choices, brand, usefulFor, part) => {
        const usefulUntil = usefulFor === null ? null : new Date(at.getTime() + usefulFor).toISOString()
        const sending: TopicSending = { kind: 'topic', topic: 1, channel: 'email', languages: null, usefulUntil }
        const person: Standing = { choices, recent: [], suppressions: [] }
        const rules: Rules = { brand, wordings }
        const isQuiet = (time: number) => reasons(sending, person, rules, new Date(time)).includes('quiet_hours')
        const isUseless = (time: number) => usefulUntil !== null && time >= Date.parse(usefulUntil)
        const within = beginWithin(sending, person, rules, at)
        const asked = brand.quiet !== null || choices.quiet !== null
        if (within === null) return !asked && usefulUntil === null
        const begin = at.getTime() + Math.floor(within * part)
        if (within > 0 && (isQuiet(begin) || isUseless(begin))) return false
        borders++
        const border = at.getTime() + within
        // A person who no longer says yes to the topic is asked about no hours.
        return isQuiet(border) || isUseless(border) || choices.topics[1]?.answer !== 'yes'
      },
    ),
    { numRuns: 2000 },
  )
  t.ok(borders > 200, `${borders} borders`)
})

t.test('service mail waits for no hour', async (t) => {
  const brand = { ...fc.sample(arbitraryBrand(), 1)[0]!, quiet: { from: '22:00', to: '08:00' } }
  const [choices] = fc.sample(arbitraryOpenChoices(), 1)
  const standing = { choices: choices!, recent: [], suppressions: [] }
  const sending = { kind: 'service', serviceKind: 'own_link', channel: 'email' } as const
  t.equal(beginWithin(sending, standing, { brand, wordings }, new Date('2031-01-06T21:59:59Z')), null)
})
