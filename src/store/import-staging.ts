import type postgres from 'postgres'

/** A session of its own that holds the rows of one import in temporary tables: they end with it, also after a crash. */
export type Staging = postgres.ReservedSql

/**
 * A row on its way in. `fingerprint` is her address's; `rank` orders classes, strictest first; of the rows of one class
 * that have the same in `says` the latest `at` (ISO) decides; `counted` is false for a row that the summary has among
 * the unusable ones. `row` is JSON.
 */
export type StagedRow = {
  fingerprint: string
  rank: number
  at: string | null
  says: string
  file: number
  line: number
  counted: boolean
  row: string
}

/** One of the rows of a person that decide. `rows` is how many counted rows she has over all files. */
export type StagedPersonRow = { person: number; rows: number; row: string }

/** Opens a staging area. It takes one connection of the pool until `closeStaging`. */
export async function openStaging(sql: postgres.Sql): Promise<Staging> {
  const staging = await sql.reserve()
  try {
    await staging`set statement_timeout = 0`
    await staging`
      create temporary table staged_rows (
        fingerprint text collate "C" not null, rank smallint not null, at timestamptz,
        says text collate "C" not null, file smallint not null, line integer not null, counted boolean not null,
        row text not null)`
    return staging
  } catch (error) {
    staging.release()
    throw error
  }
}

export async function closeStaging(staging: Staging): Promise<void> {
  try {
    await staging`drop table if exists staged_rows, staged_people`
    await staging`reset statement_timeout`
  } finally {
    staging.release()
  }
}

export async function stageRows(staging: Staging, rows: readonly StagedRow[]): Promise<void> {
  await staging`
    insert into staged_rows (fingerprint, rank, at, says, file, line, counted, row)
    select * from unnest(
      ${rows.map((row) => row.fingerprint)}::text[], ${rows.map((row) => row.rank)}::smallint[],
      ${rows.map((row) => row.at)}::text[]::timestamptz[], ${rows.map((row) => row.says)}::text[],
      ${rows.map((row) => row.file)}::smallint[], ${rows.map((row) => row.line)}::integer[],
      ${rows.map((row) => String(row.counted))}::text[]::boolean[], ${rows.map((row) => row.row)}::text[])`
}

/**
 * Puts the rows of each person together, once all are staged: of each rank and of those that say the same the
 * one with the latest time decides, and of those the first in the files. People are numbered from 1 in the order of their fingerprints, which says nothing
 * about them and is the same for every import. @returns how many people there are.
 */
export async function arrangePeople(staging: Staging): Promise<number> {
  await staging`
    create temporary table staged_people as
    select dense_rank() over (order by fingerprint)::integer as person, rank, says, rows, row
    from (
      select distinct on (fingerprint, rank, says) fingerprint, rank, says, row,
        (count(*) filter (where counted) over (partition by fingerprint))::integer as rows
      from staged_rows
      order by fingerprint, rank, says, at desc nulls last, file, line
    ) as deciding`
  await staging`drop table staged_rows`
  await staging`create index on staged_people (person)`
  await staging`analyze staged_people`
  const [row] = await staging<{ people: number }[]>`select coalesce(max(person), 0) as people from staged_people`
  return row?.people ?? 0
}

/** The rows of people `after + 1` to `through`, by person, strictest first. */
export async function stagedPeople(staging: Staging, after: number, through: number): Promise<StagedPersonRow[]> {
  return staging<StagedPersonRow[]>`
    select person, rows, row from staged_people
    where person > ${after} and person <= ${through} order by person, rank, says`
}
