import type { FastifyInstance } from 'fastify'
import { conversationPages } from './conversation-pages.ts'
import { deskPage } from './desk-page.ts'
import { importPages } from './import-pages.ts'
import { inboxPages } from './inbox-pages.ts'
import { peoplePages } from './people-pages.ts'
import { personPage } from './person-page.ts'
import { personRecord } from './person-record.ts'
import type { Site } from './site.ts'
import { topicPages } from './topic-pages.ts'

/** Every page of the desk at which people, topics and the conversation are kept. @param uploads where files wait. */
export async function marketerDesk(server: FastifyInstance, site: Site, uploads: string | null): Promise<void> {
  deskPage(server, site)
  peoplePages(server, site)
  personPage(server, site)
  personRecord(server, site)
  await importPages(server, site, uploads)
  topicPages(server, site)
  inboxPages(server, site)
  conversationPages(server, site)
}
