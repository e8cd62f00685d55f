import { assertEnvelope, type Courier, type Outcome, type Parcel, type Terms } from './courier.ts'
import { carry, type Job, type Source } from './smtp-dialogue.ts'
import { openLine, type Line, type Relay } from './smtp-line.ts'
import { unreached, whyBarred } from './outcomes.ts'

/**
 * Connections kept to a relay, and mails released for each at once. What a crash can leave unknown is their product: as much
 * as keeps the lines busy while the database writes the next batch.
 */
export const relayUse = { connections: 10, perConnection: 20 } as const

/**
 * Hands mail to a relay over lines of its own, and tells of each how far it got (docs/decisions/0006). A line carries one
 * mail after another; what waits is taken by whichever line is free.
 */
export function smtpCourier(relay: Relay): Courier {
  const waiting = new Waiting(() => wake())
  const slots = Array.from({ length: relay.connections }, (): Slot => ({ line: null, busy: false }))
  let closed = false
  const wake = () => {
    for (const slot of slots) if (!slot.busy && waiting.any) void work(slot, waiting, relay, () => closed)
  }
  return {
    batch: relay.connections * relay.perConnection,
    deliver: (parcels, terms) => {
      const outcomes = parcels.map((parcel) => waiting.add(parcel, terms))
      wake()
      return Promise.all(outcomes)
    },
    close: async () => {
      closed = true
      for (const { line, busy } of slots) {
        if (busy) line?.end('ECLOSED')
        else line?.quit()
      }
    },
  }
}

type Slot = { line: Line | null; busy: boolean }

/** Works what waits over one slot's line, and opens another where that has ended. */
async function work(slot: Slot, waiting: Waiting, relay: Relay, closed: () => boolean): Promise<void> {
  slot.busy = true
  for (let job = waiting.next(); job; job = waiting.next()) {
    if (closed()) {
      job.settle(ended(job.parcel))
      continue
    }
    if (!slot.line || slot.line.ended) {
      slot.line = await openLine(relay).catch((error: unknown) => {
        job?.settle(unreached(job.parcel, error))
        return null
      })
      if (!slot.line) continue
      // Connecting may have taken its time: the fence stands right before the first command (I-3).
      const barred = closed() ? ended(job.parcel) : whyBarred(job.parcel, job.terms)
      if (barred) {
        job.settle(barred)
        continue
      }
    }
    await carry(slot.line, job, waiting)
  }
  slot.busy = false
  if (closed()) slot.line?.quit()
}

function ended(parcel: Parcel): Outcome {
  return unreached(parcel, 'sending was ended here')
}

type Waiter = Job & { terms: Terms; destination: string }

/** The parcels that no line has taken yet, and how many are in hand for each recipient domain. */
class Waiting implements Source {
  readonly #waiters: Waiter[] = []
  readonly #inHand = new Map<string, number>()
  readonly #wake: () => void
  constructor(wake: () => void) {
    this.#wake = wake
  }

  get any(): boolean {
    return this.#waiters.length > 0
  }

  add(parcel: Parcel, terms: Terms): Promise<Outcome> {
    try {
      assertEnvelope(parcel)
    } catch (error) {
      return Promise.resolve(unreached(parcel, error))
    }
    return new Promise((resolve) => {
      const destination = parcel.to.slice(parcel.to.lastIndexOf('@') + 1).toLowerCase()
      const waiter: Waiter = {
        parcel,
        terms,
        destination,
        recalled: () => terms.recalled(parcel.delivery),
        settle: (outcome) => {
          this.#letGo(destination)
          resolve(outcome)
          if (this.any) this.#wake()
        },
      }
      this.#waiters.push(waiter)
    })
  }

  next(): Waiter | null {
    for (let place = 0; place < this.#waiters.length;) {
      const waiter = this.#waiters[place]
      const inHand = this.#inHand.get(waiter?.destination ?? '') ?? 0
      if (!waiter || inHand >= (waiter.terms.perDestination ?? Infinity)) {
        place += 1
        continue
      }
      this.#waiters.splice(place, 1)
      this.#inHand.set(waiter.destination, inHand + 1)
      const barred = whyBarred(waiter.parcel, waiter.terms)
      if (barred === null) return waiter
      waiter.settle(barred)
    }
    return null
  }

  back(job: Job): void {
    const waiter = job as Waiter
    this.#letGo(waiter.destination)
    this.#waiters.unshift(waiter)
    this.#wake()
  }

  #letGo(destination: string): void {
    const left = (this.#inHand.get(destination) ?? 0) - 1
    if (left > 0) this.#inHand.set(destination, left)
    else this.#inHand.delete(destination)
  }
}
