CREATE TABLE "sealed" (
	"entry" bigint NOT NULL,
	"leaf" smallint NOT NULL,
	"delivery" uuid NOT NULL,
	"salt" "bytea" NOT NULL,
	"record" text NOT NULL,
	CONSTRAINT "sealed_entry_leaf_pk" PRIMARY KEY("entry","leaf")
);
--> statement-breakpoint
CREATE TABLE "seals" (
	"entry" bigint PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"leaves" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "service_kinds" (
	"kind" text PRIMARY KEY NOT NULL,
	"ground" text NOT NULL,
	"entry" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "unsealed" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "unsealed_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"slice" text,
	"records" jsonb NOT NULL,
	CONSTRAINT "unsealed_kind" CHECK ("unsealed"."kind" in ('released', 'outcomes'))
);
--> statement-breakpoint
ALTER TABLE "wordings" ADD COLUMN "entry" bigint;--> statement-breakpoint
ALTER TABLE "seals" ADD CONSTRAINT "seals_entry_entries_number_fk" FOREIGN KEY ("entry") REFERENCES "public"."entries"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_kinds" ADD CONSTRAINT "service_kinds_entry_entries_number_fk" FOREIGN KEY ("entry") REFERENCES "public"."entries"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sealed_delivery" ON "sealed" USING btree ("delivery");
--> statement-breakpoint

-- Salts and records lie in bulk: no time is spent on packing what cannot be packed.
alter table seals alter column leaves set storage external;
--> statement-breakpoint
create trigger seals_append_only before update or delete on seals for each row execute function refuse_change();
--> statement-breakpoint
create trigger seals_not_emptied before truncate on seals for each statement execute function refuse_change();
--> statement-breakpoint
create trigger sealed_not_rewritten before update on sealed for each row execute function refuse_change();
--> statement-breakpoint
create trigger sealed_not_emptied before truncate on sealed for each statement execute function refuse_change();
--> statement-breakpoint
create trigger service_kinds_append_only before update or delete on service_kinds for each row execute function refuse_change();
--> statement-breakpoint

-- As 0005 did for what had been sent: when it was released, from the outcome.
update deliveries set released_at = coalesce(settled_at, planned_at)
where released_at is null and state in ('refused', 'deferred');
--> statement-breakpoint

-- What had been released before this table existed is sealed with the next, as its row tells it now.
create function utc_text(timestamptz) returns text language sql stable
  as $$ select to_char($1 at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
--> statement-breakpoint
insert into unsealed (kind, records)
select 'released', jsonb_agg(jsonb_build_object('at', utc_text(released_at), 'delivery', id, 'mail', coalesce(digest, id),
  'message', message, 'person', person, 'verdict', 'now', 'version', version))
from (select *, row_number() over (order by id) / 1000 as batch from deliveries where released_at is not null) as d
group by batch order by batch;
--> statement-breakpoint
insert into unsealed (kind, records)
select 'outcomes', jsonb_agg(jsonb_build_object('at', utc_text(coalesce(settled_at, released_at)), 'delivery', id,
  'outcome', state, 'released', utc_text(released_at)))
from (
  select *, row_number() over (order by id) / 1000 as batch from deliveries
  where released_at is not null and state <> 'released') as d
group by batch order by batch;
