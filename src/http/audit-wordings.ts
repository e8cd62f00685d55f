import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { listWordings, showWording, type WordingShown } from '../actions/read-wordings.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { Cell, StaffPart } from '../staff-views.ts'
import { wordingName } from './audit-words.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** Nothing in a stored text may run, ask anybody for anything, be filled in, or reach our pages: it may be somebody else's. */
const sandbox = "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

/** The frozen texts: all of them, and each with what it changed and who rests on it. */
export function auditWordings(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/audit/wordings', {
    roles: rolesFor.audit,
    get: (look, _request, reply) => list(site, look, reply),
  })
  staffPage(server, site, '/audit/wording/:hash', {
    roles: rolesFor.audit,
    get: async (look, request, reply) => show(look, await theWording(site, request), reply),
  })
  staffPage(server, site, '/audit/wording/:hash/as-stored', {
    roles: rolesFor.audit,
    get: async (_look, request, reply) => {
      const { wording } = await theWording(site, request)
      return reply
        .header('content-security-policy', sandbox)
        .type('text/html; charset=utf-8')
        .send(Buffer.from(wording.body))
    },
  })
}

async function theWording(site: Site, request: FastifyRequest): Promise<WordingShown> {
  return showWording(site.house, fieldOf(request.params, 'hash') ?? '')
}

async function list(site: Site, look: StaffLook, reply: FastifyReply): Promise<FastifyReply> {
  const wordings = await listWordings(site.house)
  const heading = staffText('staff.audit.wordings.heading')
  return sendStaff(reply, look, heading, [
    { kind: 'text', lines: [staffText('staff.audit.wordings.lead')], look: 'lead' },
    {
      kind: 'table',
      caption: heading,
      quiet: true,
      columns: [
        { label: staffText('staff.audit.wordings.text') },
        { label: staffText('staff.audit.wordings.language') },
        { label: staffText('staff.audit.wordings.published') },
        { label: staffText('staff.audit.wordings.hash') },
      ],
      rows: wordings.map((one): Cell[] => [
        { text: nameOf(one), url: `/audit/wording/${one.hash}` },
        { text: one.language },
        { text: isoOf(one.publishedAt), look: 'time' },
        { text: one.hash.slice(0, 16), look: 'code' },
      ]),
      none: staffText('staff.audit.wordings.none'),
    },
  ])
}

function show(look: StaffLook, shown: WordingShown, reply: FastifyReply): FastifyReply {
  const { wording, version, text } = shown
  const { hash } = wording
  const label = staffText('staff.audit.wording.text')
  const standing = wording.kind === 'attested' ? 'staff.audit.wording.attested' : 'staff.audit.wording.seen'
  const links = [
    { label: staffText('staff.audit.wording.asStored'), url: `/audit/wording/${hash}/as-stored` },
    { label: staffText('staff.audit.wording.file'), url: `/wording/${hash}/file` },
    ...(version.before ? [to('staff.audit.wording.before', version.before)] : []),
    ...(version.after ? [to('staff.audit.wording.after', version.after)] : []),
  ]
  return sendStaff(reply, look, nameOf(version), [
    { kind: 'text', lines: [staffText(standing)], look: 'lead' },
    { kind: 'heading', text: label },
    { kind: 'pre', label, text, look: 'words' },
    { kind: 'links', links },
    wordingFacts(shown),
    ...differenceParts(shown),
  ])
}

function to(key: 'staff.audit.wording.before' | 'staff.audit.wording.after', hash: string) {
  return { label: staffText(key), url: `/audit/wording/${hash}` }
}

function wordingFacts({ wording, words, reliance }: WordingShown): StaffPart {
  const { entries, people, first, last } = reliance
  const rests = { people, entries, first: first ?? '', last: last ?? '' }
  const { hash, language } = wording
  const bytes = Buffer.byteLength(wording.body)
  return {
    kind: 'facts',
    facts: [
      { name: staffText('staff.audit.wording.hash'), values: [{ text: hash, look: 'code' }] },
      {
        name: staffText('staff.audit.wordings.language'),
        values: [{ text: language }, { text: staffText('staff.audit.wording.size', { words, bytes }), look: 'muted' }],
      },
      { name: staffText('staff.audit.wording.published'), values: [{ text: isoOf(wording.publishedAt) }] },
      {
        name: staffText('staff.audit.wording.rests'),
        values: [
          {
            text:
              entries === 0
                ? staffText('staff.audit.wording.rests.none')
                : staffText('staff.audit.wording.rests.people', rests),
          },
        ],
      },
    ],
  }
}

function differenceParts({ version, difference }: WordingShown): StaffPart[] {
  if (version.kind === 'attested') return []
  if (difference === null) {
    return [{ kind: 'text', lines: [staffText('staff.audit.wording.first')], look: 'muted' }]
  }
  const before = version.version - 1
  const heading: StaffPart = {
    kind: 'heading',
    text: staffText('staff.audit.wording.difference', { version: before }),
    id: 'difference',
  }
  if (difference.every(({ kind }) => kind === 'same' || kind === 'gap')) {
    return [heading, { kind: 'text', lines: [staffText('staff.audit.wording.same')] }]
  }
  const [added, removed] = [staffText('staff.audit.wording.added'), staffText('staff.audit.wording.removed')]
  return [heading, { kind: 'difference', lines: difference, added, removed }]
}

function nameOf(version: WordingShown['version']): string {
  const name = wordingName(version)
  return version.current ? staffText('staff.audit.wording.current', { name }) : name
}

function isoOf(at: string): string {
  return new Date(at).toISOString()
}
