CREATE TABLE "brand_versions" (
	"number" bigint PRIMARY KEY NOT NULL,
	"settings" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "past_releases" (
	"delivery" uuid NOT NULL,
	"topic" smallint NOT NULL,
	"released_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "past_releases_delivery_topic_released_at_pk" PRIMARY KEY("delivery","topic","released_at")
);
--> statement-breakpoint
DROP INDEX "deliveries_due";--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "released_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "resent" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "refusal" text;--> statement-breakpoint
ALTER TABLE "past_releases" ADD CONSTRAINT "past_releases_delivery_deliveries_id_fk" FOREIGN KEY ("delivery") REFERENCES "public"."deliveries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deliveries_refused" ON "deliveries" USING btree ("message") WHERE "deliveries"."state" = 'refused' and "deliveries"."refusal" is null;--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("due_at") WHERE "deliveries"."due_at" is not null;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_refusal" CHECK ("deliveries"."refusal" in ('bounced', 'doubtful', 'passed'));--> statement-breakpoint

-- What was released before this column existed: from the plan where it left at once, else from the outcome.
update deliveries set released_at = coalesce(
  case when verdict = 'now' and attempts <= 1 and settled_at <= planned_at + interval '15 minutes' then planned_at end,
  settled_at, planned_at)
where state in ('released', 'sent', 'unknown');
--> statement-breakpoint
insert into brand_versions (number, settings) select 1, settings from brand;
--> statement-breakpoint
create trigger brand_versions_append_only before update or delete on brand_versions for each row execute function refuse_change();
--> statement-breakpoint
create trigger brand_versions_not_emptied before truncate on brand_versions for each statement execute function refuse_change();
