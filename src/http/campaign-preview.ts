import type { FastifyRequest } from 'fastify'
import type { Preview } from '../actions/preview-campaign.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import type { StaffPart } from '../staff-views.ts'
import { campaignUrl, plainField } from './campaign-words.ts'
import { policyWith } from './security-headers.ts'
import { fieldOf } from './site.ts'
import type { StaffLook } from './staff-door.ts'

/** The policy of a page with a preview: it frames our own pages, and everything else stays as it is everywhere. */
export const framingPolicy = policyWith("frame-src 'self'")

/** How a preview is looked at: as whom, how wide, in which light, alone or in a digest. */
export type Looked = { as: string | null; width: 'phone' | 'desk' | 'text'; dark: boolean; digest: boolean }

/** Only what there is to choose from counts; everything else is as if it were not there. */
export function lookedAt({ query }: FastifyRequest): Looked {
  const as = fieldOf(query, 'as') ?? ''
  const width = fieldOf(query, 'width')
  return {
    as: /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/.test(as) ? as : null,
    width: width === 'phone' || width === 'text' ? width : 'desk',
    dark: fieldOf(query, 'light') === 'dark',
    digest: fieldOf(query, 'in') === 'digest',
  }
}

export function queryOf({ as, width, dark, digest }: Looked): Record<string, string> {
  return {
    ...(as === null ? {} : { as }),
    ...(width === 'desk' ? {} : { width }),
    ...(dark ? { light: 'dark' } : {}),
    ...(digest ? { in: 'digest' } : {}),
  }
}

/** What is worth a second look in a message. */
export function lintParts(findings: Preview['findings']): StaffPart[] {
  const clean = [{ text: staffText('staff.campaigns.lint.clean'), look: 'good' as const }]
  const notes = findings.map(({ code, what }) => ({
    text: staffText(`staff.campaigns.lint.${code}`, { what }),
    look: 'open' as const,
  }))
  return [
    { kind: 'heading', text: staffText('staff.campaigns.lint.heading') },
    { kind: 'verdicts', items: notes.length === 0 ? clean : notes },
  ]
}

/** A message in the frame of a page, as it would arrive. */
export function frameOfMail({ campaign, mail }: Preview, looked: Looked): StaffPart {
  const title = staffText('staff.campaigns.preview.title', { subject: mail.subject })
  if (looked.width === 'text') return { kind: 'pre', label: title, text: mail.text, look: 'words' }
  const url = campaignUrl(campaign.slug, 'mail', queryOf({ ...looked, width: 'desk', dark: false }))
  return { kind: 'frame', title, url, look: looked.width, dark: looked.dark }
}

/** The mail with all the ways of looking at it. */
export function shownMail(look: StaffLook, preview: Preview, looked: Looked): StaffPart[] {
  const { campaign, person } = preview
  const at = (more: Partial<Looked>) => campaignUrl(campaign.slug, undefined, queryOf({ ...looked, ...more }))
  const { width, dark, digest } = looked
  const ways = [
    ...(['desk', 'phone', 'text'] as const).flatMap((each) =>
      each === width ? [] : [{ label: staffText(`staff.campaigns.preview.${each}`), url: at({ width: each }) }],
    ),
    {
      label: staffText(dark ? 'staff.campaigns.preview.light' : 'staff.campaigns.preview.dark'),
      url: at({ dark: !dark }),
    },
    {
      label: staffText(digest ? 'staff.campaigns.preview.alone' : 'staff.campaigns.preview.digest'),
      url: at({ digest: !digest }),
    },
    ...(person === null ? [] : [{ label: staffText('staff.campaigns.preview.anybody'), url: at({ as: null }) }]),
  ]
  return [
    { kind: 'heading', text: staffText('staff.campaigns.preview.heading') },
    {
      kind: 'text',
      look: 'muted',
      lines: [
        person === null
          ? staffText('staff.campaigns.preview.asAnybody')
          : staffText('staff.campaigns.preview.asSomebody', { name: person.name || '–' }),
      ],
    },
    { kind: 'links', links: ways },
    frameOfMail(preview, looked),
    {
      kind: 'form',
      form: {
        method: 'post',
        action: campaignUrl(campaign.slug, undefined, queryOf(looked)),
        fields: [
          { name: 'seal', value: look.seal },
          { name: 'do', value: 'as' },
        ],
        inputs: [
          plainField('as', staffText('staff.campaigns.preview.as'), {
            type: 'email',
            hint: staffText('staff.campaigns.preview.asHint'),
          }),
        ],
        button: staffText('staff.campaigns.preview.asButton'),
        look: 'plain',
      },
    },
  ]
}
