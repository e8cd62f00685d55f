import { readFileSync } from 'node:fs'
import { previewCampaign } from '../actions/preview-campaign.ts'
import type { House } from '../actions/house.ts'
import type { BodyFormat } from '../domain/campaign-body.ts'
import type { Finding } from '../domain/campaign-lint.ts'
import { Problem } from '../domain/problem.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import type { CommandContext } from './context.ts'

/** A message's body from a file: a design where it is said, or where the file's name ends in `.html`; else Markdown. */
export function bodyIn(path: string, html = false): { body: string; format: BodyFormat } {
  try {
    const body = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
    return { body, format: html || /\.html?$/i.test(path) ? 'html' : 'markdown' }
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'it is not UTF-8'
    throw new Problem('invalid-input', `the body ${path} cannot be read (${why})`)
  }
}

/** What is worth a second look in a message, as the desk shows it beside it. */
export async function findingsIn(house: House, slug: string): Promise<Finding[]> {
  return (await previewCampaign(house, slug, { person: null, digest: false })).findings
}

/** The same in the words of the desk, a line each. */
export function sayFindings({ terminal }: CommandContext, findings: readonly Finding[]): void {
  for (const { code, what } of findings) terminal.words(staffText(`staff.campaigns.lint.${code}`, { what }))
}
