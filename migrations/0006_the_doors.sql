CREATE TABLE "door_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"address" text NOT NULL,
	"asked" jsonb,
	"at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "door_requests_kind" CHECK ("door_requests"."kind" in ('find', 'start'))
);
--> statement-breakpoint
CREATE TABLE "sign_ups" (
	"delivery" uuid PRIMARY KEY NOT NULL,
	"person" uuid NOT NULL,
	"fingerprint" text NOT NULL,
	"asked" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tries" (
	"key" text PRIMARY KEY NOT NULL,
	"number" integer NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "used_links" (
	"key" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "sign_ups" ADD CONSTRAINT "sign_ups_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "door_requests_at" ON "door_requests" USING btree ("at");--> statement-breakpoint
CREATE INDEX "sign_ups_person" ON "sign_ups" USING btree ("person");--> statement-breakpoint
CREATE INDEX "sign_ups_at" ON "sign_ups" USING btree ("at");--> statement-breakpoint
CREATE INDEX "tries_until" ON "tries" USING btree ("until");--> statement-breakpoint
CREATE INDEX "used_links_at" ON "used_links" USING btree ("at");