/** The code that a system error (`ENOENT`) or a PostgreSQL error (`28P01`) carries; undefined for everything else. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
