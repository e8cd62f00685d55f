CREATE TABLE "wrong_topic_counts" (
	"message" uuid PRIMARY KEY NOT NULL,
	"n" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "wrong_topic_counts" ADD CONSTRAINT "wrong_topic_counts_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;