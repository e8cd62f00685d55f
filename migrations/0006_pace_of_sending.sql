CREATE TABLE "destinations" (
	"domain" text PRIMARY KEY NOT NULL,
	"spent_until" timestamp with time zone,
	"promised_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sending_days" (
	"day" date PRIMARY KEY NOT NULL,
	"released" integer DEFAULT 0 NOT NULL,
	"promised" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint

-- Hot rows are updated in place: leave room on the page.
alter table destinations set (fillfactor = 50);
--> statement-breakpoint
alter table sending_days set (fillfactor = 10);
