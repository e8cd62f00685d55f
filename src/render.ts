import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import type { PreferencesWording } from './domain/preferences-wording.ts'
import type { SignUpWording } from './domain/sign-up-wording.ts'
import type { Mails } from './mail-views.ts'
import type { Pages } from './page-views.ts'
import type { FileParts, HistoryLine } from './record-views.ts'
import type { StaffPart } from './staff-views.ts'

/** Where the templates are, for whoever serves them. */
export const viewsFolder = fileURLToPath(new URL('../views', import.meta.url))

/**
 * The one engine: every `<%= %>` is escaped, and each template is read and compiled once. Templates are programs, so
 * they come from this folder only; nothing that a marketer or a customer wrote is ever given to it as a template.
 */
export const templates = new Eta({ views: viewsFolder, cache: true, autoEscape: true })

/** A whole page as HTML. */
export function renderPage<Name extends keyof Pages>(name: Name, model: Pages[Name]): string {
  return templates.render(`/${name}`, model)
}

/** Parts of a page of the staff, for one that shows them anew. */
export function renderStaffParts(parts: readonly StaffPart[]): string {
  return templates.render('/staff/parts', { parts })
}

/** One part of a file that she takes away, as HTML. */
export function renderFilePart<Name extends keyof FileParts>(name: Name, model: FileParts[Name]): string {
  return templates.render(`/file/${name}`, model)
}

/** Entries of her history as list items, for a file that has many. */
export function renderHistoryLines(lines: readonly HistoryLine[]): string {
  return templates.render('/_history-lines', { lines })
}

/** The text that is frozen and named by its hash: what the form on her page or at sign-up asks, as a document of its own. */
export function renderWording(wording: PreferencesWording | SignUpWording): string {
  return templates.render(`/wording/${wording.kind}`, wording)
}

/** Plain text knows no escaping: this engine is for the text part of mails alone. */
const plainTemplates = new Eta({ views: viewsFolder, cache: true, autoEscape: false, autoTrim: false })

/** Both parts of a mail. */
export function renderMail<Name extends keyof Mails>(name: Name, model: Mails[Name]): { text: string; html: string } {
  return {
    text: plainTemplates.render(`/mail/${name}.txt.eta`, model),
    html: templates.render(`/mail/${name}.html.eta`, model),
  }
}
