import type { Transaction } from './database.ts'

/**
 * Keeps when unknown deliveries were released before, as they are about to be released again at `at`: one by itself counts
 * from now on; a digest that perhaps arrived goes on counting beside its item. Their people are locked.
 */
export async function keepPastReleases(tx: Transaction, deliveries: readonly string[], at: Date): Promise<void> {
  await tx`
    insert into past_releases (delivery, topic, released_at, ended_at)
    select mail.id, m.topic, mail.released_at, case when d.digest is null then ${at.toISOString()}::timestamptz end
    from deliveries d join messages m on m.id = d.message join deliveries mail on mail.id = coalesce(d.digest, d.id)
    where d.id = any (${deliveries as string[]}::uuid[]) and m.topic is not null and mail.released_at is not null
    on conflict do nothing`
}
