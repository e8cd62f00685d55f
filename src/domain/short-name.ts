const longest = 48

/**
 * A campaign's short name from its subject: Latin letters without their marks, digits, and "-". Of several with the same
 * subject the later ones end in a number. @param taken the names there are.
 */
export function shortName(subject: string, taken: ReadonlySet<string>): string {
  const plain = subject
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replaceAll(/^-+|-+$/g, '')
  const base = plain === '' ? 'campaign' : plain
  for (let number = 2, name = base; ; name = `${base}-${number++}`) if (!taken.has(name) && name !== 'new') return name
}
