import type { No } from '../domain/no-list.ts'
import type { Sql } from './database.ts'

/** A no of which the database knows nothing. `person` is whose address it is today, null where nobody has it. */
export type LostNo = No & { person: string | null }

/**
 * Those of these noes that the database has lost. A stop is known where the first that her history says from then on is a stop, whatever
 * came after it; whoever was stored only after it has said something newer. An erasure is known once nobody from before it
 * has that address.
 */
export async function lostNoes(sql: Sql, noes: readonly No[]): Promise<LostNo[]> {
  return sql<LostNo[]>`
    select w.at, w.kind, w.fingerprint, p.id as person
    from unnest(${noes.map((no) => no.at)}::text[], ${noes.map((no) => no.kind)}::text[], ${noes.map((no) => no.fingerprint)}::text[])
        with ordinality as w (at, kind, fingerprint, n)
      left join addresses a on a.fingerprint = w.fingerprint left join people p on p.id = a.person
    where case
      when p.id is null then not exists (
        select from suppressions s where s.channel = 'email' and s.fingerprint = w.fingerprint and s.reason = 'erased')
      when p.created_at >= w.at::timestamptz then false
      when w.kind = 'erased' then true
      else p.choices ->> 'stopped' is null and not coalesce((
        select l.payload::jsonb -> 'after' ->> 'stopped' is not null
        from payloads l join entries e using (number)
        where l.person = p.id and l.payload::jsonb ? 'after' and e.body::jsonb ->> 'at' >= w.at
        order by number limit 1), false)
      end
    order by w.n`
}
