-- What waits to be sealed is the very text that its leaf will commit to, so that a seal is made without it leaving the database.
create function record_texts(records jsonb) returns text[] language sql immutable
  as $$ select coalesce(array_agg(
    (select '{' || string_agg(to_json(key)::text || ':' || value::text, ',' order by key collate "C") || '}' from jsonb_each(r)) order by n), '{}')
    from jsonb_array_elements(records) with ordinality as t (r, n) $$;
--> statement-breakpoint
ALTER TABLE "unsealed" ALTER COLUMN "records" SET DATA TYPE text[] USING record_texts("records");
--> statement-breakpoint
drop function record_texts(jsonb);
--> statement-breakpoint
-- It is gone with the next seal: no time is spent on packing it.
alter table unsealed alter column records set storage external;
