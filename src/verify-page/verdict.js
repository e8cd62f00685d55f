// The three answers. Whatever reads the evidence throws a Verdict where it has to stop.

/**
 * @typedef {'verified' | 'not verified' | 'could not check'} Answer
 * @typedef {{ name: string, value: string }} Fact
 * @typedef {{ number: number, at: string, kind: string, topics: number[], wording: string | null, commitment: string }} Entry
 * @typedef {{ entry: Entry, payload: string | null }} Shown an entry and the text it was made for, null where that is not here
 * @typedef {{ answer: Answer, sentence: string, facts: Fact[], shown: Shown[] }} Result
 */

/** Why nothing can be called verified. */
export class Verdict extends Error {
  /** @type {Exclude<Answer, 'verified'>} */
  answer
  /** The first entry that is not right, null where none can be named. @type {number | null} */
  entry

  /**
   * @param {Exclude<Answer, 'verified'>} answer
   * @param {string} reason
   * @param {number | null} [entry]
   */
  constructor(answer, reason, entry = null) {
    super(reason)
    this.answer = answer
    this.entry = entry
  }
}

/**
 * That something is wrong with the evidence.
 * @param {string} reason
 * @param {number | null} [entry]
 */
export function notVerified(reason, entry = null) {
  return new Verdict('not verified', reason, entry)
}

/**
 * That nobody can tell.
 * @param {string} reason
 */
export function couldNotCheck(reason) {
  return new Verdict('could not check', reason)
}

/**
 * A verdict as it is shown.
 * @param {Verdict} verdict
 * @param {Fact[]} [facts]
 * @returns {Result}
 */
export function resultOf(verdict, facts = []) {
  const { answer, message, entry } = verdict
  const doubt =
    entry === null || message.includes('not proven') ? '' : `. Everything from entry ${entry} on is in doubt`
  const sentence = answer === 'not verified' ? `Not verified: ${message}${doubt}.` : `Could not check: ${message}.`
  return { answer, sentence, facts, shown: [] }
}
