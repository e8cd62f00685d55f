CREATE TABLE "chosen_people" (
	"message" uuid NOT NULL,
	"person" uuid NOT NULL,
	CONSTRAINT "chosen_people_message_person_pk" PRIMARY KEY("message","person")
);
--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "confirmed_entry" bigint;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "narrowing" jsonb;--> statement-breakpoint
ALTER TABLE "chosen_people" ADD CONSTRAINT "chosen_people_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chosen_people" ADD CONSTRAINT "chosen_people_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "chosen_people_person" ON "chosen_people" USING btree ("person");