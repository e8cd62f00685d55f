import type { FastifyRequest } from 'fastify'
import type { Campaign } from '../actions/list-campaigns.ts'
import { textNumber } from '../domain/catalogue.ts'
import { writingOf } from '../domain/language.ts'
import { staffLanguage, staffList, staffText } from '../domain/staff-catalogue.ts'
import type { Cell, StaffField, StaffPart } from '../staff-views.ts'
import { fieldOf } from './site.ts'
import type { StaffLook } from './staff-door.ts'

/** What stands behind a campaign's name in an address. */
export type CampaignPlace =
  | 'edit'
  | 'narrow'
  | 'mail'
  | 'check'
  | 'why'
  | 'people'
  | 'send'
  | 'cancel'
  | 'report'
  | 'retry'

export function campaignUrl(slug: string, place?: CampaignPlace, query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString()
  const path = `/admin/campaigns/${encodeURIComponent(slug)}${place === undefined ? '' : `/${place}`}`
  return search === '' ? path : `${path}?${search}`
}

/** The short name in the address. */
export function slugOf(request: FastifyRequest): string {
  return fieldOf(request.params, 'slug') ?? ''
}

/** One value of a form, trimmed; empty where it is missing. */
export function given(request: FastifyRequest, name: string): string {
  return (fieldOf(request.body, name) ?? '').trim()
}

/** A number as people read it. */
export function numberWords(n: number): string {
  return textNumber(staffLanguage(), n)
}

/** A number with one decimal at most. */
export function oneDecimal(n: number): string {
  return n.toLocaleString(formats(), { maximumFractionDigits: 1 })
}

/** The locale of numbers and times in the language that is spoken. */
function formats(): string {
  return writingOf(staffLanguage()).formats
}

/** "Fri 27 Nov 2026", where the brand is. */
export function dayWords(at: string, timeZone: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone } as const
  return new Intl.DateTimeFormat(formats(), options).format(new Date(at)).replace(',', '')
}

/** "Fri 27 Nov 2026, 14:03:10 (Europe/London)". */
export function instantWords(at: string, timeZone: string): string {
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone } as const
  return `${staffList([dayWords(at, timeZone), new Intl.DateTimeFormat(formats(), clock).format(new Date(at))])} (${timeZone})`
}

/** A verdict's reason as a marketer reads it. */
export function reasonWords(reason: string, topic: string): string {
  return staffText(`staff.campaigns.reason.${reason as ReasonKey}`, { topic })
}

type ReasonKey = 'topic'

/** One line of facts. */
export function factOf(name: string, text: string): { name: string; values: Cell[] } {
  return { name, values: [{ text }] }
}

/** A field without what it does not need said. */
export function plainField(name: string, label: string, more: Partial<StaffField> = {}): StaffField {
  return { type: 'text', name, label, hint: '', error: '', value: '', ...more } as StaffField
}

/** Looks one person up: why they get it or not. The address goes in a form, so that no address bar or log keeps it. */
export function lookUp(look: StaffLook, campaign: Pick<Campaign, 'slug'>, address = '', error = ''): StaffPart {
  return {
    kind: 'form',
    form: {
      method: 'post',
      action: campaignUrl(campaign.slug, 'why'),
      fields: [{ name: 'seal', value: look.seal }],
      inputs: [
        plainField('address', staffText('staff.campaigns.lookUp.label'), {
          type: 'email',
          hint: staffText('staff.campaigns.lookUp.hint'),
          value: address,
          error,
        }),
      ],
      button: staffText('staff.campaigns.lookUp.button'),
      look: 'plain',
    },
  }
}

/** Ways between the pages of one campaign. */
export function waysOn({ slug, state }: Pick<Campaign, 'slug' | 'state'>, here: CampaignPlace | 'message'): StaffPart {
  const all = [
    { at: 'message', label: staffText('staff.campaigns.way.message'), url: campaignUrl(slug) },
    { at: 'check', label: staffText('staff.campaigns.way.check'), url: campaignUrl(slug, 'check') },
    ...(state === 'draft'
      ? []
      : [{ at: 'report', label: staffText('staff.campaigns.way.report'), url: campaignUrl(slug, 'report') }]),
    { at: 'all', label: staffText('staff.campaigns.way.all'), url: '/admin/campaigns' },
  ]
  return { kind: 'links', links: all.filter(({ at }) => at !== here).map(({ label, url }) => ({ label, url })) }
}
