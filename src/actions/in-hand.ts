import type { NeverReason, Rules, Sending, Standing } from '../domain/gate.ts'
import { readPeople } from '../store/audience.ts'
import { instantNow } from '../store/instant.ts'
import type { CalledBack } from '../store/recalled.ts'
import { theRules } from './check-campaign.ts'
import type { House } from './house.ts'
import { whyForbidden } from './in-flight.ts'

/** A released mail: to whom, and the deliveries in it, each with what it is about. A test carries none. */
export type Carried = {
  delivery: string
  person: string
  items: readonly { delivery: string; sending: Sending }[]
}

/**
 * The mails of one hand-over. When somebody among their people changes her choices they are judged again, and those which
 * are forbidden now must not begin, nor get their dot (I-2). Service mail comes back only from somebody who was erased.
 */
export class InHand {
  readonly #house: House
  readonly #byPerson: ReadonlyMap<string, readonly Carried[]>
  readonly #calledBack = new Map<string, readonly CalledBack[]>()
  #end: () => void = () => undefined

  constructor(house: House, mails: readonly Carried[]) {
    this.#house = house
    this.#byPerson = Map.groupBy(
      mails.filter((mail) => mail.items.length > 0),
      (mail) => mail.person,
    )
  }

  /** @param since monotonic milliseconds: no later than the beginning of the release. */
  begin(since: number): void {
    if (this.#byPerson.size === 0) return
    this.#end = this.#house.database.changes.hear((person) => void this.#changed(person), since)
  }

  end(): void {
    this.#end()
  }

  recalled(delivery: string): boolean {
    return this.#calledBack.has(delivery)
  }

  /** What becomes of the deliveries of a mail that was recalled; empty for one that was not. */
  calledBack(delivery: string): readonly CalledBack[] {
    return this.#calledBack.get(delivery) ?? []
  }

  async #changed(changed: string | null): Promise<void> {
    const people = changed === null ? [...this.#byPerson.keys()] : this.#byPerson.has(changed) ? [changed] : []
    if (people.length === 0) return
    try {
      await this.#judgeAgain(people)
    } catch (error) {
      // They stay in hand, and her page waits in vain and says that they may still arrive.
      this.#house.warn(`what is in hand could not be judged again: ${error instanceof Error ? error.name : 'unknown'}`)
    }
  }

  async #judgeAgain(people: readonly string[]): Promise<void> {
    const { sql } = this.#house.database
    const [now, rules, at] = await Promise.all([readPeople(sql, people), theRules(sql), instantNow(sql)])
    const standings = new Map(now.map((person) => [person.id, person]))
    for (const mail of people.flatMap((id) => this.#byPerson.get(id) ?? [])) {
      const standing = standings.get(mail.person)
      const reasons = mail.items.map(({ delivery, sending }) => ({
        id: delivery,
        reason: reasonNow(sending, mail.delivery, standing, { rules, at }),
      }))
      if (reasons.every(({ reason }) => reason === null)) continue
      const items = reasons.map(({ id, reason }) => ({ id, state: reason ? 'cancelled' : 'held', reason }) as const)
      const digest = mail.items.some((item) => item.delivery === mail.delivery)
        ? []
        : [{ id: mail.delivery, state: 'cancelled', reason: null } as const]
      this.#calledBack.set(mail.delivery, [...items, ...digest])
    }
  }
}

/** Who is not there any more was erased. */
function reasonNow(
  sending: Sending,
  carrier: string,
  standing: Standing | undefined,
  { rules, at }: { rules: Rules; at: Date },
): NeverReason | null {
  if (!standing) return 'erased'
  return sending.kind === 'service' ? null : whyForbidden(sending, carrier, standing, rules, at)
}
