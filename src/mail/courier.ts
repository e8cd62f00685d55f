/**
 * One message ready to leave: the whole MIME text (bytes as latin1 characters) and the envelope that was judged.
 * `to` is an envelope address: the domain in A-label form. `begunBefore` is a fence of its own (where her quiet hours
 * begin), monotonic milliseconds; the earlier of it and that of the {@link Terms} holds.
 */
export type Parcel = { delivery: string; from: string; to: string; mime: string; begunBefore?: number }

/**
 * What holds for one hand-over. `begunBefore`: monotonic milliseconds (`performance.now()`); what has not begun by then
 * comes back as deferred. `recalled` is asked right before a mail begins and again right before its final dot: true means
 * it must not leave (she withdrew). `perDestination`: at most so many mails to one recipient domain are in hand at once in
 * this process; null: no limit.
 */
export type Terms = {
  begunBefore: number
  recalled: (delivery: string) => boolean
  perDestination: number | null
}

/** Terms with a lease and nothing else. */
export function termsUntil(begunBefore: number): Terms {
  return { begunBefore, recalled: () => false, perDestination: null }
}

/**
 * What became of a parcel. `sent`: the receiver took it after the final dot. `refused` (5xx) and `deferred` (4xx, or a
 * failure before the dot) provably did not leave. `recalled`: it was called back in time, and provably did not leave:
 * nothing or only a body without its dot was written. `unknown`: the dot was perhaps written and no answer was read.
 * `reply` is what the receiver or this machine said about it; `reached` is false where nobody answered at all, `begun` is
 * false where the time to begin had passed: nothing was tried.
 */
export type Outcome = {
  delivery: string
  kind: 'sent' | 'refused' | 'deferred' | 'recalled' | 'unknown'
  reply: string | null
  reached: boolean
  begun?: false
}

/** The port to the outside: deliver these, and say for each what happened and how far it got. Never throws for a parcel. */
export type Courier = {
  /** How many parcels may be released at once: what a crash can leave unknown. */
  batch: number
  deliver(parcels: readonly Parcel[], terms: Terms): Promise<Outcome[]>
  close(): Promise<void>
}

const mailbox = /^[^\s<>,;"\\\p{Cc}]{1,64}@[A-Za-z0-9.-]{1,255}$/u

/**
 * Holds a parcel to what was judged, before any socket opens: exactly one plain mailbox on either side, and the `To`
 * line naming that very mailbox. Mail libraries rewrite addresses; this one they get to send as it is or not at all.
 * @throws Error for anything else: a defect of ours, never an outcome.
 */
export function assertEnvelope(parcel: Parcel): void {
  const head = parcel.mime.slice(0, parcel.mime.indexOf('\r\n\r\n') + 2)
  const to = Buffer.from(/^To: (.*)\r$/m.exec(head)?.[1] ?? '', 'latin1').toString()
  if (!mailbox.test(parcel.from) || !mailbox.test(parcel.to) || to !== parcel.to) {
    throw new Error(`delivery ${parcel.delivery}: the envelope is not the one that was judged; nothing was sent`)
  }
}
