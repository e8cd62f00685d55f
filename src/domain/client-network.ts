/**
 * Which part of the internet a request comes from, as limits count it: an IPv4 address, or the /56 that a household gets
 * of IPv6. Null for this machine and for private networks: there stands a proxy that TRUSTED_PROXIES does not name, and
 * everybody behind it would count as one.
 */
export function networkOf(ip: string): string | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip
  if (/^\d+\.\d+\.\d+\.\d+$/.test(mapped)) return privateIpv4.test(mapped) ? null : mapped
  const groups = groupsOf(mapped)
  if (groups === null) return null
  const [first = 0] = groups
  const isLoopback = groups.every((group, index) => group === (index === 7 ? 1 : 0))
  const isLocal = (first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80
  if (isLoopback || isLocal) return null
  const [a, b, c, d = 0] = groups
  return [a, b, c, d & 0xff00].map((group) => (group ?? 0).toString(16)).join(':')
}

const privateIpv4 = /^(?:127|10|0|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./

/** The eight groups of an IPv6 address; null for anything else. */
function groupsOf(ip: string): number[] | null {
  const [head = '', tail, ...more] = (ip.split('%', 1)[0] ?? '').split('::')
  if (more.length > 0) return null
  const [before, after] = [partsOf(head), partsOf(tail ?? '')]
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return null
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after]
  return all.every((group) => /^[\da-f]{1,4}$/i.test(group)) ? all.map((group) => Number.parseInt(group, 16)) : null
}

function partsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
