CREATE TABLE "delivery_counts" (
	"message" uuid NOT NULL,
	"verdict" text NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"refusal" text,
	"n" integer NOT NULL,
	CONSTRAINT "delivery_counts_once" UNIQUE NULLS NOT DISTINCT("message","verdict","state","reason","refusal")
);
--> statement-breakpoint
CREATE TABLE "erased_in_hand" (
	"delivery" uuid PRIMARY KEY NOT NULL,
	"carrier" uuid NOT NULL,
	"message" uuid,
	"verdict" text NOT NULL,
	"worker" bigint,
	"at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "erased_people" (
	"id" uuid PRIMARY KEY NOT NULL,
	"day" date DEFAULT (instant() at time zone 'UTC')::date NOT NULL
);
--> statement-breakpoint
CREATE TABLE "address_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person" uuid NOT NULL,
	"canonical" text NOT NULL,
	"spelling" text NOT NULL,
	"fingerprint" text NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL,
	"confirmed_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "answers" DROP CONSTRAINT "answers_message_messages_id_fk";
--> statement-breakpoint
ALTER TABLE "replies" DROP CONSTRAINT "replies_delivery_deliveries_id_fk";
--> statement-breakpoint
ALTER TABLE "replies" ALTER COLUMN "delivery" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "topics" ADD COLUMN "expected_monthly" smallint;--> statement-breakpoint
ALTER TABLE "delivery_counts" ADD CONSTRAINT "delivery_counts_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "erased_in_hand" ADD CONSTRAINT "erased_in_hand_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "address_changes" ADD CONSTRAINT "address_changes_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "erased_in_hand_carrier" ON "erased_in_hand" USING btree ("carrier");--> statement-breakpoint
CREATE INDEX "address_changes_person" ON "address_changes" USING btree ("person");--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_delivery_deliveries_id_fk" FOREIGN KEY ("delivery") REFERENCES "public"."deliveries"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "messages_service" ON "messages" USING btree ("service_kind","created_at") WHERE "messages"."service_kind" is not null;--> statement-breakpoint
CREATE INDEX "answers_message" ON "answers" USING btree ("message") WHERE "answers"."message" is not null;--> statement-breakpoint
CREATE INDEX "answers_of_stops" ON "answers" USING btree (coalesce("edited_at", "created_at")) WHERE "answers"."entry" is not null;--> statement-breakpoint
CREATE INDEX "askings_at" ON "askings" USING btree ("at");--> statement-breakpoint
CREATE INDEX "replies_delivery" ON "replies" USING btree ("delivery");
--> statement-breakpoint

-- Bounds of slices were people's ids. Those of a slice that is finished say nothing that is needed any more.
update slices set first = '00000000-0000-0000-0000-000000000000', last = 'ffffffff-ffff-ffff-ffff-ffffffffffff', through = null where finished;
