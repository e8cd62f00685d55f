/** PostgreSQL and the network saying that the database is not there just now, or has no room (classes 53, 57P and 08). */
const codes = /^(?:53...|57P..|08...|ECONN\w+|ENOTFOUND|ETIMEDOUT|EPIPE|CONNECT\w*|CONNECTION_\w+)$/

/** Whether a failure, or what caused it, says that the database is away: tried again in a while, it may work. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, cause } = Object(error) as { code?: unknown; cause?: unknown }
  const inner = (Object(cause) as { code?: unknown }).code
  return [code, inner].some((each) => typeof each === 'string' && codes.test(each))
}
