import type { RowClass } from '../domain/imported-choices.ts'
import type { Database } from '../store/database.ts'
import { analyzeImported } from '../store/import-batch.ts'
import {
  arrangePeople,
  closeStaging,
  openStaging,
  stagedPeople,
  type StagedPersonRow,
} from '../store/import-staging.ts'
import { instantNow } from '../store/instant.ts'
import { allTopics } from '../store/topics.ts'
import { publish, wordingHashes } from '../store/wordings.ts'
import { openExport } from './export-files.ts'
import type { House } from './house.ts'
import { importBatch, tryBatch, type Arrival } from './import-batch.ts'
import { planImport, type ImportPlan, type ImportRequest } from './import-plan.ts'
import { recordPublished } from './publish-wordings.ts'
import { stageExport, type Reading, type StagedPerson } from './stage-export.ts'

/**
 * What an import did (design.md section 10). `rows` = usable + notAsked + stopped + suppressed + merged + unusable;
 * `merged` are rows beyond the first of one person. `changed` counts people whose stored state this run changed,
 * `keptStricter` those whose stored state was stricter and stayed, `choseSince` those who left in these files and gave a
 * yes here after it, which stays.
 */
export type ImportSummary = Reading &
  Record<RowClass | 'merged' | 'changed' | 'keptStricter' | 'choseSince', number> & { dryRun: boolean }

/** People in one transaction: bounds how long somebody who changes her own choices may have to wait. */
const peopleAtOnce = 500

/**
 * Brings the people of an audience export in, with evidence and without permission: stops and suppressions always,
 * a yes only under a wording that somebody attests (design.md section 12, Import). One entry for each person whose
 * stored state changes. Importing the same again changes nothing, and completes an import that was cut off. With
 * `dryRun` the same is counted and nothing written.
 * @throws Problem `invalid-input` for wrong terms or a file that cannot be used; then nothing was imported.
 */
export async function importPeople(house: House, request: ImportRequest): Promise<ImportSummary> {
  const { database } = house
  const [topics, now] = await Promise.all([allTopics(database.sql), instantNow(database.sql)])
  const plan = planImport(request, topics, now)
  const files = await openExport(request.files, plan)
  const dryRun = request.dryRun ?? false
  const tell = request.progress ?? (() => undefined)
  const staging = await openStaging(database.sql)
  try {
    const reading = await stageExport(house, staging, plan, { files, progress: (part) => tell('reading', part) })
    const summary = {
      rows: reading.rows,
      usable: 0,
      notAsked: 0,
      stopped: 0,
      suppressed: 0,
      merged: 0,
      unusable: reading.unusable,
      changed: 0,
      keptStricter: 0,
      choseSince: 0,
      errors: reading.errors,
      unknownTopics: reading.unknownTopics,
      dryRun,
    }
    const people = await arrangePeople(staging)
    if (!dryRun) await publishWording(database, plan)
    for (let done = 0; done < people; done += peopleAtOnce) {
      const arrivals = arrivalsIn(await stagedPeople(staging, done, done + peopleAtOnce))
      const arrived = await (dryRun ? tryBatch : importBatch)(house, arrivals, plan)
      for (const [index, one] of arrived.entries()) {
        const counted = arrivals[index]?.counted ?? 0
        if (counted > 0) summary[one.class] += 1
        summary.merged += Math.max(0, counted - 1)
        summary.changed += Number(one.changed)
        summary.keptStricter += Number(one.keptStricter)
        summary.choseSince += Number(one.choseSince)
      }
      tell('importing', Math.min(1, (done + peopleAtOnce) / people))
    }
    if (!dryRun && summary.changed > 0) await analyzeImported(database.sql)
    return summary
  } finally {
    await closeStaging(staging)
  }
}

/** The text must be there before anybody's yes rests on it. One that is published already is left as it is. */
async function publishWording(database: Database, { wording }: ImportPlan): Promise<void> {
  if (!wording || (await wordingHashes(database.sql)).has(wording.hash)) return
  // Nobody told us the language of the text; "und" is BCP 47's word for that.
  await database.sql.begin(async (tx) => {
    await publish(tx, { ...wording, kind: 'attested', language: 'und' })
    await recordPublished(tx)
  })
}

function arrivalsIn(staged: readonly StagedPersonRow[]): Arrival[] {
  const arrivals: { person: number; counted: number; rows: [StagedPerson, ...StagedPerson[]] }[] = []
  for (const { person, rows, row } of staged) {
    const parsed: StagedPerson = JSON.parse(row)
    const last = arrivals.at(-1)
    if (last?.person === person) last.rows.push(parsed)
    else arrivals.push({ person, counted: rows, rows: [parsed] })
  }
  return arrivals
}
