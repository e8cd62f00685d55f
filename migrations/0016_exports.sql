CREATE TABLE "exports" (
	"entry" bigint PRIMARY KEY NOT NULL,
	"what" text NOT NULL,
	"scope" jsonb NOT NULL,
	"person" uuid,
	"by" text,
	"with_payloads" boolean NOT NULL,
	"destroy_by" date NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "exports_what" CHECK ("exports"."what" in ('ledger', 'part', 'proof'))
);
--> statement-breakpoint
ALTER TABLE "exports" ADD CONSTRAINT "exports_entry_entries_number_fk" FOREIGN KEY ("entry") REFERENCES "public"."entries"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exports" ADD CONSTRAINT "exports_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "exports_person" ON "exports" USING btree ("person");