import type { Courier, Terms } from '../../src/mail/courier.ts'
import { faultServer, type FaultServer, type Phase } from './fault-smtp-server.ts'
import { courierTo } from './oracle.ts'

type T = Parameters<typeof faultServer>[0]

/** Stops the dialogue with ada at one phase: `met` is when it got there, and it goes on when `goOn` is called. */
export async function stallAt(t: T, phase: Phase) {
  const met = Promise.withResolvers<void>()
  const { promise, resolve: goOn } = Promise.withResolvers<void>()
  const server = await faultServer(t, async (moment) => {
    if (moment.phase !== phase || moment.recipient !== 'ada@example.com') return undefined
    met.resolve()
    await promise
    return undefined
  })
  // A test that fails in between leaves nobody waiting.
  t.teardown(async () => goOn())
  return { server, met: met.promise, goOn }
}

/** A courier to that server, and what comes to pass when anything that it has in hand is called back. */
export function watched(t: T, server: FaultServer) {
  const inner = courierTo(t, server)
  const handed: { delivery: string; terms: Terms }[] = []
  const courier: Courier = {
    ...inner,
    deliver: (parcels, terms) => {
      handed.push(...parcels.map(({ delivery }) => ({ delivery, terms })))
      return inner.deliver(parcels, terms)
    },
  }
  return { courier, anyRecalled: () => handed.some(({ delivery, terms }) => terms.recalled(delivery)) }
}
