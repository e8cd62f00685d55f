import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../domain/problem.ts'
import { staffLanguage, staffList, staffQuote, staffText } from '../domain/staff-catalogue.ts'
import { textDate, textNumber, textTime } from '../domain/catalogue.ts'
import type { Cell, StaffField, StaffForm, StaffPart } from '../staff-views.ts'
import { statusOf } from './problem-pages.ts'
import { fieldOf, type Site } from './site.ts'
import type { StaffLook } from './staff-door.ts'

type Given = { hint?: string; error?: string; value?: string }
type Typed = Exclude<StaffField['type'], 'area' | 'select' | 'tick' | 'file'>

/** A field for one line; what is left out is empty. */
export function lineField(
  name: string,
  label: string,
  more: Given & { type?: Typed; autocomplete?: string } = {},
): StaffField {
  return { type: 'text', hint: '', error: '', value: '', ...more, name, label }
}

/** A field for a text of several lines. */
export function areaField(name: string, label: string, more: Given = {}): StaffField {
  return { hint: '', error: '', value: '', ...more, type: 'area', name, label }
}

/** One of several; the one whose value is given is chosen. */
export function selectField(
  name: string,
  label: string,
  options: readonly { value: string; label: string }[],
  more: Given = {},
): StaffField {
  const given = { hint: '', error: '', value: '', ...more }
  const marked = options.map((option) => ({ ...option, chosen: option.value === given.value }))
  return { ...given, type: 'select', name, label, options: marked }
}

/** A box to tick; nothing is ticked beforehand unless it says so. */
export function tickField(name: string, label: string, ticked = false, more: Given = {}): StaffField {
  return { hint: '', error: '', ...more, type: 'tick', name, label, value: 'yes', ticked }
}

/** A form that is posted with the seal of this session. */
export function postForm(
  { seal }: Pick<StaffLook, 'seal'>,
  action: string,
  inputs: StaffField[],
  button: string,
  more: { fields?: StaffForm['fields']; look?: StaffForm['look'] } = {},
): StaffPart {
  const fields = [{ name: 'seal', value: seal }, ...(more.fields ?? [])]
  return { kind: 'form', form: { method: 'post', action, fields, inputs, button, look: more.look ?? 'primary' } }
}

/** The id of the form that was sent, so that pressing twice does once; a new one for whoever begins. */
export function formIdIn(body: unknown): string {
  const id = fieldOf(body, 'form') ?? ''
  return /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/.test(id) ? id : randomUUID()
}

/** Ids that were ticked in fields called `<prefix>-<id>`, ascending. */
export function tickedIds(body: unknown, prefix: string): number[] {
  const names = body !== null && typeof body === 'object' ? Object.keys(body) : []
  const ids = names.flatMap((name) => {
    const [, id] = name.startsWith(`${prefix}-`) ? (/-([1-9]\d{0,4})$/.exec(name) ?? []) : []
    return id === undefined ? [] : [Number(id)]
  })
  return ids.toSorted((a, b) => a - b)
}

/** A day and time as staff read them, in a zone. */
export function staffTime(at: Date | string, zone: string): string {
  const moment = new Date(at)
  return staffList([textDate(staffLanguage(), moment, zone), textTime(staffLanguage(), moment, zone)])
}

export function staffNumber(value: number): string {
  return textNumber(staffLanguage(), value)
}

/** What was wrong with a form, said at the head of its page; nothing where nothing was. `anchor` is its first field. */
export function formProblem(problem: Problem | null, anchor: string) {
  if (problem === null) return {}
  const items = [{ label: staffQuote(inFormWords(problem.message)), url: anchor }]
  return { problems: { heading: staffText('staff.signIn.problem'), items }, status: statusOf(problem) }
}

/** A message that names an option of the command line, as somebody reads it who sees a form. */
function inFormWords(message: string): string {
  return message.replaceAll(/--([a-z][a-z-]*)/g, (_option, name: string) => `“${name.replaceAll('-', ' ')}”`)
}

/** A fact whose values are plain texts. */
export function textFact(name: string, ...texts: string[]): { name: string; values: Cell[] } {
  return { name, values: texts.map((text) => ({ text })) }
}

type Shown = (
  site: Site,
  look: StaffLook,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem | null,
) => unknown
type Pressed = (site: Site, look: StaffLook, request: FastifyRequest, reply: FastifyReply) => unknown

/**
 * Both sides of a page with forms: what a press could not do is said on the same page, with what was typed. What is no fault of the
 * form's goes on to the page of problems.
 */
export function showsAgain(site: Site, show: Shown, press: Pressed) {
  return {
    get: (look: StaffLook, request: FastifyRequest, reply: FastifyReply) => show(site, look, request, reply, null),
    post: async (look: StaffLook, request: FastifyRequest, reply: FastifyReply) => {
      try {
        return await press(site, look, request, reply)
      } catch (error) {
        if (!(error instanceof Problem) || statusOf(error) >= 500) throw error
        return show(site, look, request, reply, error)
      }
    },
  }
}
