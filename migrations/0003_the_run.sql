ALTER TABLE "campaigns" DROP CONSTRAINT "campaigns_state";--> statement-breakpoint
DROP INDEX "deliveries_in_hand";--> statement-breakpoint
ALTER TABLE "deliveries" ALTER COLUMN "message" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "send_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "confirmed" integer;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "digest" uuid;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "slot" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "channel" text DEFAULT 'email' NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "attempts" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "worker" bigint;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_digest" FOREIGN KEY ("digest") REFERENCES "public"."deliveries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_one_digest_a_slot" ON "deliveries" USING btree ("person","slot","channel") WHERE "deliveries"."slot" is not null;--> statement-breakpoint
CREATE INDEX "deliveries_items" ON "deliveries" USING btree ("digest") WHERE "deliveries"."digest" is not null;--> statement-breakpoint
CREATE INDEX "deliveries_in_hand" ON "deliveries" USING btree ("worker") WHERE "deliveries"."state" = 'released';--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_state" CHECK ("campaigns"."state" in ('draft', 'scheduled', 'sending', 'sent', 'paused', 'cancelled'));--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_message_or_slot" CHECK (("deliveries"."message" is null) = ("deliveries"."slot" is not null));