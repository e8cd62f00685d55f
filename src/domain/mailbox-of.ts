/** Where a dot in the local part makes no other mailbox. */
const withoutDots: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com'])

/**
 * The mailbox that an address most likely ends in, for limits alone: variants with a plus-tag, or with dots where they
 * mean nothing, count as one. Two people never become one by it, because nothing but a count is kept under it.
 * @param canonical the identity of `parseAddress`
 */
export function mailboxOf(canonical: string): string {
  const at = canonical.lastIndexOf('@')
  const domain = canonical.slice(at + 1)
  const untagged = canonical.slice(0, at).replace(/(?<=.)\+.*$/, '')
  return `${withoutDots.has(domain) ? untagged.replaceAll('.', '') : untagged}@${domain}`
}
