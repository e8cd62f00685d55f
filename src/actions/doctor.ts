import { setTimeout as wait } from 'node:timers/promises'
import { parseSender } from '../domain/sender.ts'
import {
  checkAlignment,
  checkDkim,
  checkDmarc,
  checkSpf,
  namesToAsk,
  type Finding,
  type TxtRecords,
} from '../domain/sender-check.ts'
import { theBrand } from '../store/brand.ts'
import { allCampaigns } from '../store/campaigns.ts'
import type { House } from './house.ts'

/** How our mail is signed, and whom DNS is asked through: as `resolveTxt` of node:dns/promises. */
export type SenderSetup = {
  dkim: { domain: string; selector: string } | null
  relaySigns: boolean
  resolveTxt(name: string): Promise<string[][]>
}

/** What was found about one domain that we send from. */
export type SenderFindings = { domain: string; findings: Finding[] }

/** Nobody waits longer for DNS than this, in milliseconds; what has not answered by then could not be looked at. */
const longestWaitMs = 3_000
/** So many domains are looked at: that of the reply address, then those of the newest campaigns. */
const mostDomains = 5

/** Looks at every domain that mail is sent from, as a receiving server does. It never fails: what cannot be asked is open. */
export async function examineSenders(house: House, setup: SenderSetup): Promise<SenderFindings[]> {
  const sql = house.database.readOnly
  const [brand, campaigns] = await Promise.all([theBrand(sql), allCampaigns(sql)])
  const senders = [...(brand.replyTo === null ? [] : [brand.replyTo]), ...campaigns.map(({ sender }) => sender)]
  const domains = [...new Set(senders.flatMap(domainOf))].slice(0, mostDomains)
  return Promise.all(domains.map((domain) => examine(domain, setup)))
}

async function examine(domain: string, setup: SenderSetup): Promise<SenderFindings> {
  const names = namesToAsk(domain, setup.dkim)
  const [spf, dmarc, dkim] = await Promise.all([
    ask(setup, names.spf),
    ask(setup, names.dmarc),
    names.dkim === null ? undefined : ask(setup, names.dkim),
  ])
  const aligned = checkAlignment(domain, setup.dkim)
  const findings = [checkSpf(spf), checkDkim(dkim, setup.relaySigns), checkDmarc(dmarc), ...(aligned ? [aligned] : [])]
  return { domain, findings }
}

async function ask({ resolveTxt }: SenderSetup, name: string): Promise<TxtRecords> {
  const asked = resolveTxt(name).then(
    (records) => records.map((parts) => parts.join('')),
    (error: unknown) => (['ENOTFOUND', 'ENODATA'].includes(String(Object(error).code)) ? [] : null),
  )
  return Promise.race([asked, wait(longestWaitMs, null, { ref: false })])
}

function domainOf(sender: string): string[] {
  try {
    return [parseSender(sender).domain]
  } catch {
    return []
  }
}
