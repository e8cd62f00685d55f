import type { FastifyInstance } from 'fastify'
import { auditCampaigns } from './audit-campaigns.ts'
import { auditCheckpoints } from './audit-checkpoints.ts'
import { auditEntries } from './audit-entries.ts'
import { auditExports } from './audit-exports.ts'
import { auditPerson } from './audit-person.ts'
import { auditSearch } from './audit-search.ts'
import { auditSends } from './audit-sends.ts'
import { auditWordings } from './audit-wordings.ts'
import type { Site } from './site.ts'

/** The audit desk. Looking writes nothing; what is written are looks and exports, each by a press and with its entry. */
export function auditPages(server: FastifyInstance, site: Site): void {
  auditSearch(server, site)
  auditPerson(server, site)
  auditEntries(server, site)
  auditWordings(server, site)
  auditCheckpoints(server, site)
  auditCampaigns(server, site)
  auditSends(server, site)
  auditExports(server, site)
}
