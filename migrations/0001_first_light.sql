CREATE TABLE "addresses" (
	"channel" text NOT NULL,
	"canonical" text NOT NULL,
	"person" uuid NOT NULL,
	"spelling" text NOT NULL,
	"fingerprint" text NOT NULL,
	CONSTRAINT "addresses_channel_canonical_pk" PRIMARY KEY("channel","canonical"),
	CONSTRAINT "addresses_one_per_channel" UNIQUE("person","channel")
);
--> statement-breakpoint
CREATE TABLE "brand" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"settings" jsonb NOT NULL,
	CONSTRAINT "brand_is_one_row" CHECK ("brand"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"message" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"started_at" timestamp with time zone,
	CONSTRAINT "campaigns_slug_unique" UNIQUE("slug"),
	CONSTRAINT "campaigns_state" CHECK ("campaigns"."state" in ('draft', 'sending', 'sent', 'paused', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"size" bigint PRIMARY KEY NOT NULL,
	"note" text NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"message" uuid NOT NULL,
	"person" uuid NOT NULL,
	"state" text NOT NULL,
	"verdict" text NOT NULL,
	"reason" text,
	"version" bigint NOT NULL,
	"allowed_by" bigint,
	"attempt" uuid,
	"lease_until" timestamp with time zone,
	"due_at" timestamp with time zone,
	"planned_at" timestamp with time zone DEFAULT instant() NOT NULL,
	"settled_at" timestamp with time zone,
	"reply" text,
	CONSTRAINT "deliveries_once" UNIQUE("message","person"),
	CONSTRAINT "deliveries_state" CHECK ("deliveries"."state" in ('released', 'held', 'held_back', 'sent', 'refused', 'deferred', 'unknown', 'cancelled')),
	CONSTRAINT "deliveries_verdict" CHECK ("deliveries"."verdict" in ('now', 'later', 'never'))
);
--> statement-breakpoint
CREATE TABLE "entries" (
	"number" bigint PRIMARY KEY NOT NULL,
	"body" text NOT NULL,
	"leaf" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ledger_head" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"origin" text NOT NULL,
	"size" bigint NOT NULL,
	"frontier" text[] NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ledger_head_is_one_row" CHECK ("ledger_head"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" smallint,
	"service_kind" text,
	"subject" text NOT NULL,
	"in_short" text NOT NULL,
	"sender" text NOT NULL,
	"body" text NOT NULL,
	"language" text,
	"useful_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "messages_topic_or_service_kind" CHECK (("messages"."topic" is null) <> ("messages"."service_kind" is null))
);
--> statement-breakpoint
CREATE TABLE "payloads" (
	"number" bigint PRIMARY KEY NOT NULL,
	"person" uuid,
	"salt" "bytea" NOT NULL,
	"payload" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"family_name" text NOT NULL,
	"choices" jsonb NOT NULL,
	"entry" bigint NOT NULL,
	"recent" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "slices" (
	"message" uuid NOT NULL,
	"number" integer NOT NULL,
	"first" uuid NOT NULL,
	"last" uuid NOT NULL,
	"through" uuid,
	"verdicts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"finished" boolean DEFAULT false NOT NULL,
	CONSTRAINT "slices_message_number_pk" PRIMARY KEY("message","number")
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"channel" text NOT NULL,
	"fingerprint" text NOT NULL,
	"reason" text NOT NULL,
	"source" text NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "suppressions_channel_fingerprint_reason_pk" PRIMARY KEY("channel","fingerprint","reason"),
	CONSTRAINT "suppressions_reason" CHECK ("suppressions"."reason" in ('erased', 'do_not_contact', 'bounced', 'complained'))
);
--> statement-breakpoint
CREATE TABLE "topics" (
	"id" smallint PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"promise" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "topics_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "wordings" (
	"hash" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"language" text NOT NULL,
	"body" text NOT NULL,
	"current" boolean NOT NULL,
	"published_at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "addresses" ADD CONSTRAINT "addresses_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_topic_topics_id_fk" FOREIGN KEY ("topic") REFERENCES "public"."topics"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payloads" ADD CONSTRAINT "payloads_number_entries_number_fk" FOREIGN KEY ("number") REFERENCES "public"."entries"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_entry" FOREIGN KEY ("entry") REFERENCES "public"."entries"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slices" ADD CONSTRAINT "slices_message_campaigns_message_fk" FOREIGN KEY ("message") REFERENCES "public"."campaigns"("message") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deliveries_person" ON "deliveries" USING btree ("person");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("due_at") WHERE "deliveries"."state" in ('held', 'deferred');--> statement-breakpoint
CREATE INDEX "deliveries_in_hand" ON "deliveries" USING btree ("lease_until") WHERE "deliveries"."state" = 'released';--> statement-breakpoint
CREATE INDEX "payloads_person" ON "payloads" USING btree ("person","number");--> statement-breakpoint
CREATE UNIQUE INDEX "wordings_one_current" ON "wordings" USING btree ("kind","language") WHERE "wordings"."current";