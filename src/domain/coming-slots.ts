import { dayIn } from './calendar.ts'

/** What one day's slot will carry: the ISO day where each person is, how many get this, and in how many items at most. */
export type ComingSlot = { at: string; people: number; items: number }

/**
 * Counts people by the slot that they wait for. Its size depends on how many slots and zones there are, not on how many
 * people.
 */
export class ComingSlots {
  readonly #slots = new Map<string, { at: number; zone: string; people: number; items: number }>()

  /** One more person for whom this is held until `at`, in her zone. */
  add(at: Date, zone: string): void {
    const slot = this.#slotOf(at, zone)
    slot.people += 1
  }

  /** A person of that slot has so many items in it, this one included. */
  holds(at: Date, zone: string, items: number): void {
    const slot = this.#slotOf(at, zone)
    slot.items = Math.max(slot.items, items)
  }

  /** By day, the next one first. */
  list(): ComingSlot[] {
    const days = new Map<string, ComingSlot>()
    for (const { at, zone, people, items } of this.#slots.values()) {
      const day = dayIn(new Date(at), zone)
      const known = days.get(day) ?? { at: day, people: 0, items: 0 }
      days.set(day, { at: day, people: known.people + people, items: Math.max(known.items, items) })
    }
    return [...days.values()].toSorted((a, b) => (a.at < b.at ? -1 : 1))
  }

  #slotOf(at: Date, zone: string) {
    const key = `${at.getTime()} ${zone}`
    const slot = this.#slots.get(key) ?? { at: at.getTime(), zone, people: 0, items: 1 }
    this.#slots.set(key, slot)
    return slot
  }
}
