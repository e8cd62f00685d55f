CREATE TABLE "staff" (
	"id" uuid PRIMARY KEY NOT NULL,
	"canonical" text NOT NULL,
	"address" text NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"checkpoint_size" bigint DEFAULT 0 NOT NULL,
	"checkpoint_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "staff_canonical_unique" UNIQUE("canonical"),
	CONSTRAINT "staff_role" CHECK ("staff"."role" in ('auditor', 'marketer', 'admin'))
);
--> statement-breakpoint
CREATE TABLE "staff_links" (
	"key" text PRIMARY KEY NOT NULL,
	"staff" uuid NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "staff_mails" (
	"id" uuid PRIMARY KEY NOT NULL,
	"staff" uuid NOT NULL,
	"kind" text NOT NULL,
	"path" text,
	"tries" smallint DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone,
	"at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "staff_mails_kind" CHECK ("staff_mails"."kind" in ('sign_in', 'checkpoint'))
);
--> statement-breakpoint
CREATE TABLE "staff_sessions" (
	"key" text PRIMARY KEY NOT NULL,
	"staff" uuid NOT NULL,
	"since" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "door_requests" DROP CONSTRAINT "door_requests_kind";--> statement-breakpoint
ALTER TABLE "staff_links" ADD CONSTRAINT "staff_links_staff_staff_id_fk" FOREIGN KEY ("staff") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_mails" ADD CONSTRAINT "staff_mails_staff_staff_id_fk" FOREIGN KEY ("staff") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff_sessions" ADD CONSTRAINT "staff_sessions_staff_staff_id_fk" FOREIGN KEY ("staff") REFERENCES "public"."staff"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "staff_links_staff" ON "staff_links" USING btree ("staff");--> statement-breakpoint
CREATE INDEX "staff_mails_staff" ON "staff_mails" USING btree ("staff");--> statement-breakpoint
CREATE INDEX "staff_mails_due" ON "staff_mails" USING btree ("due_at") WHERE "staff_mails"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "staff_mails_at" ON "staff_mails" USING btree ("at");--> statement-breakpoint
CREATE INDEX "staff_sessions_staff" ON "staff_sessions" USING btree ("staff");--> statement-breakpoint
ALTER TABLE "door_requests" ADD CONSTRAINT "door_requests_kind" CHECK ("door_requests"."kind" in ('find', 'start', 'staff'));