import type { FastifyInstance } from 'fastify'
import type { SenderSetup } from '../actions/doctor.ts'
import { campaignPictures } from './campaign-pictures.ts'
import { conversationPages } from './conversation-pages.ts'
import { deskPage } from './desk-page.ts'
import { importPages } from './import-pages.ts'
import { inboxPages } from './inbox-pages.ts'
import { insightsPage } from './insights-page.ts'
import { logoPage } from './logo-page.ts'
import { peoplePages } from './people-pages.ts'
import { personPage } from './person-page.ts'
import { personRecord } from './person-record.ts'
import { settingsPages } from './settings-pages.ts'
import type { Site } from './site.ts'
import { staffListPage } from './staff-list-page.ts'
import { topicPages } from './topic-pages.ts'
import { Uploads } from './uploads.ts'

/** Where files that staff send wait (a system folder where none is given), and how the domains that mail is sent from are looked at. */
export type DeskOptions = { uploads?: string | null; senders?: SenderSetup | null }

/** Every page of the desk at which people, topics, pictures, the conversation and the settings are kept. */
export async function marketerDesk(
  server: FastifyInstance,
  site: Site,
  { uploads: folder = null, senders = null }: DeskOptions,
): Promise<void> {
  const uploads = new Uploads(folder)
  server.addHook('onClose', () => uploads.close())
  deskPage(server, site)
  peoplePages(server, site)
  personPage(server, site)
  personRecord(server, site)
  await campaignPictures(server, site, uploads)
  await importPages(server, site, uploads)
  topicPages(server, site)
  inboxPages(server, site)
  conversationPages(server, site)
  insightsPage(server, site)
  settingsPages(server, site, senders)
  await logoPage(server, site, uploads)
  staffListPage(server, site)
}
