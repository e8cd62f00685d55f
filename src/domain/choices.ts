import type { Pace } from './pace.ts'

/** The ways a person can be reached. Email is the one we send by; the others are chosen, recorded and gated. */
export const channels = ['email', 'text', 'phone', 'post'] as const
export type Channel = (typeof channels)[number]

/**
 * Why a yes counts (GDPR art. 7(1)): *seen* when we showed the wording and kept it, *attested* when a named
 * person declares what it said. `confirmedAt` is the ISO instant from which the age of the yes is counted.
 */
export type Basis = {
  evidence: 'seen' | 'attested'
  wording: string
  confirmedAt: string
}

/**
 * What she said about one topic. `at` is the ISO instant she said it; `entry` the number of the ledger entry
 * that records it; `pace` her own pace for this topic, null where the overall pace holds.
 * A topic that is missing from her choices is *not asked*, which never sends.
 */
export type TopicAnswer = {
  answer: 'yes' | 'pending' | 'no'
  at: string
  entry: number
  basis: Basis | null
  pace: Pace | null
}

/** A daily span of local wall time, `HH:MM` to `HH:MM`, the end not included; it may pass midnight. */
export type QuietHours = { from: string; to: string }

/**
 * Her whole answer as one document, kept as jsonb on her row.
 * - `topics` is keyed by the topic's id, as a decimal string.
 * - `paceChosen` is false while the pace is what a company promised and not what she picked.
 * - a channel that is missing was never asked about; only `yes` lets anything through.
 * - `paused.until` and `stopped.at` are ISO instants.
 * - `choseAt` is the last instant she made choices herself (not by import, not by staff).
 * - `oneClick` is her latest one-click: which delivery, and when.
 */
export type Choices = {
  topics: Record<string, TopicAnswer>
  pace: Pace
  paceChosen: boolean
  channels: Partial<Record<Channel, 'yes' | 'no'>>
  paused: { from: string; until: string } | null
  stopped: { at: string; by: StoppedBy; reason: string | null } | null
  quiet: QuietHours | null
  language: string | null
  timeZone: string | null
  choseAt: string | null
  oneClick: { delivery: string; at: string } | null
}

/** Who ended it: she on a page or by one-click, staff for her (she phoned), or the system she was imported from. */
export type StoppedBy = 'herself' | 'one-click' | 'staff' | 'import'

/** The choices of somebody who has never been asked anything: nothing is sent to her. */
export function notAsked(): Choices {
  return {
    topics: {},
    pace: 'digest-monthly',
    paceChosen: false,
    channels: {},
    paused: null,
    stopped: null,
    quiet: null,
    language: null,
    timeZone: null,
    choseAt: null,
    oneClick: null,
  }
}
