CREATE TABLE "key_changes" (
	"entry" bigint PRIMARY KEY NOT NULL,
	"vkey" text NOT NULL,
	"note" text NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "key_changes" ADD CONSTRAINT "key_changes_entry_entries_number_fk" FOREIGN KEY ("entry") REFERENCES "public"."entries"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deliveries_unknown" ON "deliveries" USING btree ("message") WHERE "deliveries"."state" = 'unknown';--> statement-breakpoint
create trigger key_changes_append_only before update or delete on key_changes for each row execute function refuse_change();
--> statement-breakpoint
create trigger key_changes_not_emptied before truncate on key_changes for each statement execute function refuse_change();
