/**
 * Every failure that a caller cannot simply act on. Each door holds an exhaustive table from these codes
 * to its own answer (HTTP status, exit code), so a new code does not compile until every door answers it.
 */
export type ProblemCode =
  | 'invalid-input'
  | 'not-found'
  | 'already-exists'
  | 'link-invalid'
  | 'link-expired'
  | 'erased'
  | 'conflict'
  | 'not-ready'
  | 'refused-by-gate'
  | 'check-stale'
  | 'verification-failed'
  | 'unavailable'
  | 'too-many'
  | 'sign-in-needed'

/**
 * A broken promise: says what happened, what is allowed, what was given and what to do.
 * `message` is for staff and the command line; customers' pages have their own words and never show it.
 */
export class Problem extends Error {
  readonly code: ProblemCode
  constructor(code: ProblemCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Problem'
    this.code = code
  }
}
