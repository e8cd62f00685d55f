ALTER TABLE "answers" ADD COLUMN "handled" text;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "handled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "answers" ADD COLUMN "handled_by" uuid;--> statement-breakpoint
CREATE INDEX "answers_unread" ON "answers" USING btree ("created_at") WHERE "answers"."handled" is null;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_handled" CHECK ("answers"."handled" in ('done', 'acting'));