import { isWithin } from './sender.ts'

/** What DNS says of a name: each of its TXT records in one piece; null where nobody could be asked. */
export type TxtRecords = readonly string[] | null

/** One thing that a receiving server looks at. `open` is what could not be looked at, or what somebody else answers for. */
export type Finding = { about: 'spf' | 'dkim' | 'dmarc' | 'alignment'; look: 'good' | 'bad' | 'open'; says: FindingKey }
export type FindingKey =
  | 'spf.one'
  | 'spf.none'
  | 'spf.several'
  | 'spf.everybody'
  | 'dkim.key'
  | 'dkim.none'
  | 'dkim.revoked'
  | 'dkim.relay'
  | 'dkim.unset'
  | 'dmarc.enforced'
  | 'dmarc.watching'
  | 'dmarc.none'
  | 'dmarc.several'
  | 'alignment.same'
  | 'alignment.other'
  | 'away'

/** The names whose TXT records a sender's domain stands on. `dkim` is null where we do not sign ourselves. */
export function namesToAsk(domain: string, dkim: { domain: string; selector: string } | null) {
  return {
    spf: domain,
    dmarc: `_dmarc.${domain}`,
    dkim: dkim && `${dkim.selector}._domainkey.${dkim.domain}`,
  }
}

/** SPF (RFC 7208 section 3): one record; two are none, and one that lets everybody send says nothing. */
export function checkSpf(records: TxtRecords): Finding {
  const found = records?.filter((record) => /^v=spf1(?: |$)/i.test(record))
  if (!found) return { about: 'spf', look: 'open', says: 'away' }
  const [record] = found
  if (record === undefined) return { about: 'spf', look: 'bad', says: 'spf.none' }
  if (found.length > 1) return { about: 'spf', look: 'bad', says: 'spf.several' }
  if (/ \+?all\b/i.test(record)) return { about: 'spf', look: 'bad', says: 'spf.everybody' }
  return { about: 'spf', look: 'good', says: 'spf.one' }
}

/** DKIM (RFC 6376 section 3.6.1): the key of our selector; an empty one is revoked. */
export function checkDkim(records: TxtRecords | undefined, relaySigns: boolean): Finding {
  if (records === undefined) {
    return relaySigns
      ? { about: 'dkim', look: 'open', says: 'dkim.relay' }
      : { about: 'dkim', look: 'bad', says: 'dkim.unset' }
  }
  if (records === null) return { about: 'dkim', look: 'open', says: 'away' }
  const key = records.find((record) => /(?:^|;)\s*p\s*=/.test(record))
  if (key === undefined) return { about: 'dkim', look: 'bad', says: 'dkim.none' }
  const isThere = /(?:^|;)\s*p\s*=\s*[A-Za-z\d+/]/.test(key)
  return isThere
    ? { about: 'dkim', look: 'good', says: 'dkim.key' }
    : { about: 'dkim', look: 'bad', says: 'dkim.revoked' }
}

/** DMARC (RFC 7489 section 6.3): one record whose policy asks for something. */
export function checkDmarc(records: TxtRecords): Finding {
  const found = records?.filter((record) => /^v=DMARC1\s*;/i.test(record))
  if (!found) return { about: 'dmarc', look: 'open', says: 'away' }
  const [record] = found
  if (record === undefined) return { about: 'dmarc', look: 'bad', says: 'dmarc.none' }
  if (found.length > 1) return { about: 'dmarc', look: 'bad', says: 'dmarc.several' }
  const isEnforced = /;\s*p\s*=\s*(?:quarantine|reject)\b/i.test(record)
  return isEnforced
    ? { about: 'dmarc', look: 'good', says: 'dmarc.enforced' }
    : { about: 'dmarc', look: 'open', says: 'dmarc.watching' }
}

/** Whether the signature is of the sender's own domain or one above it, as DMARC asks for; null where we do not sign. */
export function checkAlignment(domain: string, dkim: { domain: string } | null): Finding | null {
  if (dkim === null) return null
  return isWithin(domain, [dkim.domain.toLowerCase()])
    ? { about: 'alignment', look: 'good', says: 'alignment.same' }
    : { about: 'alignment', look: 'bad', says: 'alignment.other' }
}
