import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { checkCheckpoint, listCheckpoints, type CheckpointCheck } from '../actions/check-checkpoint.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { rolesFor } from '../domain/staff-role.ts'
import type { StaffPage, StaffPart } from '../staff-views.ts'
import { counted } from './audit-words.ts'
import { fieldOf, type Site } from './site.ts'
import { sendStaff, staffPage, type StaffLook } from './staff-door.ts'

/** `/audit/checkpoints`: the signed states of the ledger, and whether one that somebody kept is a beginning of it. Nothing is written. */
export function auditCheckpoints(server: FastifyInstance, site: Site): void {
  staffPage(server, site, '/audit/checkpoints', {
    roles: rolesFor.audit,
    get: (look, _request, reply) => show(site, look, reply, null),
    post: (look, request, reply) => check(site, look, request, reply),
  })
}

async function check(site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const note = fieldOf(request.body, 'note') ?? ''
  return show(site, look, reply, { note, result: await checkCheckpoint(site.house, note) })
}

async function show(
  site: Site,
  look: StaffLook,
  reply: FastifyReply,
  checked: { note: string; result: CheckpointCheck } | null,
): Promise<FastifyReply> {
  const { newest, count, size, key } = await listCheckpoints(site.house)
  const newestText = newest[0]?.note
  const label = staffText('staff.audit.checkpoints.newest')
  const kept: StaffPart[] =
    newestText === undefined
      ? []
      : [
          { kind: 'heading', text: label },
          { kind: 'pre', label, text: newestText, look: 'code' },
        ]
  return sendStaff(
    reply,
    look,
    staffText('staff.audit.checkpoints.heading'),
    [
      { kind: 'text', lines: [staffText('staff.audit.checkpoints.lead')], look: 'lead' },
      { kind: 'heading', text: staffText('staff.audit.checkpoints.check') },
      noteForm(look, checked?.note ?? ''),
      ...kept,
      {
        kind: 'facts',
        facts: [
          { name: staffText('staff.audit.checkpoints.now'), values: [{ text: counted(size) }] },
          { name: staffText('staff.audit.checkpoints.key'), values: [{ text: key, look: 'code' }] },
        ],
      },
      {
        kind: 'table',
        caption: staffText('staff.audit.checkpoints.list', { shown: newest.length, count }),
        columns: [
          { label: staffText('staff.audit.checkpoints.at') },
          { label: staffText('staff.audit.checkpoints.size'), look: 'number' },
        ],
        rows: newest.map((one) => [
          { text: one.at, look: 'time' },
          { text: counted(one.size), look: 'number' },
        ]),
        none: staffText('staff.audit.checkpoints.none'),
      },
    ],
    checked ? { notice: noticeOf(checked.result) } : {},
  )
}

function noteForm({ seal }: StaffLook, value: string): StaffPart {
  return {
    kind: 'form',
    form: {
      method: 'post',
      action: '/audit/checkpoints',
      fields: [{ name: 'seal', value: seal }],
      inputs: [
        {
          type: 'area',
          name: 'note',
          label: staffText('staff.audit.checkpoints.note'),
          hint: staffText('staff.audit.checkpoints.note.hint'),
          error: '',
          value,
        },
      ],
      button: staffText('staff.audit.checkpoints.press'),
      look: 'primary',
    },
  }
}

/** The verdict in words; only what was checked whole is good news. */
function noticeOf(result: CheckpointCheck): NonNullable<StaffPage['notice']> {
  if (result.verdict === 'verified') {
    const { old, current } = result
    const lines = [staffText('staff.audit.check.verified', { old, current }), staffText('staff.audit.check.judge')]
    return { kind: 'status', lines }
  }
  if (result.verdict === 'not verified') {
    const { reason, old, current, detail } = result
    return { kind: 'error', lines: [staffText(`staff.audit.check.${reason}`, { old, current, detail })] }
  }
  const { reason, detail } = result
  return { kind: 'error', lines: [staffText(`staff.audit.check.${reason}`, { detail })] }
}
