import t from 'tap'
import { deliveryFault } from '../../src/domain/seal-check.ts'
import { sealLeaf } from '../../src/domain/seal.ts'

const at = '2026-11-21T09:30:00.123Z'

t.test('a leaf is another with another salt', async (t) => {
  const [salt, other] = [Buffer.alloc(32), Buffer.alloc(32, 1)]
  t.not(sealLeaf('{}', salt), sealLeaf('{}', other))
})

t.test('a row agrees with the record only where its newest release is in one seal and ended as it says', async (t) => {
  const row = { id: 'd', person: 'p', message: 'm', state: 'sent', releasedAt: at }
  const release = { entry: 4, at, mail: 'd', message: 'm', person: 'p', version: 2 }
  const sent = { entry: 5, at: '2026-11-21T09:31:00.000Z', released: at, outcome: 'sent' }
  const earlier = '2026-11-20T09:30:00.000Z'
  t.equal(deliveryFault(row, [release], [sent]), null)
  t.equal(deliveryFault({ ...row, state: 'released' }, [release], []), null)
  t.equal(
    deliveryFault(
      row,
      [{ ...release, at: earlier }, release],
      [{ ...sent, released: earlier, outcome: 'deferred' }, sent],
    ),
    null,
  )
  t.equal(deliveryFault(row, [release], [{ ...sent, at, outcome: 'unknown' }, sent]), null, 'an answer came late')
  t.equal(deliveryFault({ ...row, state: 'cancelled' }, [release], [{ ...sent, outcome: 'deferred' }]), null)
  t.equal(deliveryFault({ ...row, state: 'held', releasedAt: null }, [], []), null)
  for (const [what, fault, releases, outcomes] of [
    ['no seal', { entry: null }, [], []],
    ['two seals', { entry: 4 }, [release, { ...release, entry: 6 }], [sent]],
    ['no outcome', { entry: 4 }, [release], []],
    ['another outcome', { entry: 5 }, [release], [{ ...sent, outcome: 'refused' }]],
    ['another person', { entry: 4 }, [{ ...release, person: 'q' }], [sent]],
    ['another message', { entry: 4 }, [{ ...release, message: 'n' }], [sent]],
    ['only an earlier release', { entry: null }, [{ ...release, at: earlier }], [{ ...sent, released: earlier }]],
  ] as const)
    t.match(deliveryFault(row, releases, outcomes), fault, what)
  t.match(deliveryFault({ ...row, releasedAt: null }, [], []), { entry: null }, 'never released')
  t.match(deliveryFault({ ...row, state: 'held', releasedAt: null }, [release], []), { entry: 4 }, 'said never to be')
})
