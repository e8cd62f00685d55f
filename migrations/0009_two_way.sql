CREATE TABLE "answers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person" uuid NOT NULL,
	"question" text,
	"reason" text,
	"entry" bigint,
	"message" uuid,
	"topic" smallint,
	"text" text NOT NULL,
	"wants_reply" boolean DEFAULT false NOT NULL,
	"reply_said_at" timestamp with time zone,
	"reply_wording" text,
	"may_quote" text DEFAULT 'none' NOT NULL,
	"quote_said_at" timestamp with time zone,
	"quote_wording" text,
	"created_at" timestamp with time zone DEFAULT instant() NOT NULL,
	"edited_at" timestamp with time zone,
	CONSTRAINT "answers_length" CHECK (char_length("answers"."text") <= 2000),
	CONSTRAINT "answers_say_something" CHECK ("answers"."text" <> '' or "answers"."reason" is not null),
	CONSTRAINT "answers_reason" CHECK ("answers"."reason" in ('too_many', 'not_for_me', 'not_as_promised', 'never_asked', 'not_needed')),
	CONSTRAINT "answers_of_one_kind" CHECK ("answers"."question" is null or "answers"."entry" is null),
	CONSTRAINT "answers_may_quote" CHECK ("answers"."may_quote" in ('none', 'first_name', 'no_name')),
	CONSTRAINT "answers_yes_has_evidence" CHECK ((not "answers"."wants_reply" or ("answers"."reply_said_at" is not null and "answers"."reply_wording" is not null))
        and ("answers"."may_quote" = 'none' or ("answers"."quote_said_at" is not null and "answers"."quote_wording" is not null)))
);
--> statement-breakpoint
CREATE TABLE "askings" (
	"person" uuid NOT NULL,
	"question" text NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL,
	CONSTRAINT "askings_person_question_pk" PRIMARY KEY("person","question")
);
--> statement-breakpoint
CREATE TABLE "change_answers" (
	"change" uuid NOT NULL,
	"answer" uuid NOT NULL,
	"person" uuid NOT NULL,
	CONSTRAINT "change_answers_change_answer_pk" PRIMARY KEY("change","answer")
);
--> statement-breakpoint
CREATE TABLE "changes_made" (
	"id" uuid PRIMARY KEY NOT NULL,
	"text" text NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "questions" (
	"slug" text PRIMARY KEY NOT NULL,
	"text" text NOT NULL,
	"why" text NOT NULL,
	"opened_at" timestamp with time zone DEFAULT instant() NOT NULL,
	"closed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "replies" (
	"answer" uuid PRIMARY KEY NOT NULL,
	"person" uuid NOT NULL,
	"text" text NOT NULL,
	"by" text,
	"delivery" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_question_questions_slug_fk" FOREIGN KEY ("question") REFERENCES "public"."questions"("slug") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_topic_topics_id_fk" FOREIGN KEY ("topic") REFERENCES "public"."topics"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_reply_wording_wordings_hash_fk" FOREIGN KEY ("reply_wording") REFERENCES "public"."wordings"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "answers" ADD CONSTRAINT "answers_quote_wording_wordings_hash_fk" FOREIGN KEY ("quote_wording") REFERENCES "public"."wordings"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "askings" ADD CONSTRAINT "askings_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "askings" ADD CONSTRAINT "askings_question_questions_slug_fk" FOREIGN KEY ("question") REFERENCES "public"."questions"("slug") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_answers" ADD CONSTRAINT "change_answers_change_changes_made_id_fk" FOREIGN KEY ("change") REFERENCES "public"."changes_made"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_answers" ADD CONSTRAINT "change_answers_answer_answers_id_fk" FOREIGN KEY ("answer") REFERENCES "public"."answers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_answers" ADD CONSTRAINT "change_answers_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_answer_answers_id_fk" FOREIGN KEY ("answer") REFERENCES "public"."answers"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replies" ADD CONSTRAINT "replies_delivery_deliveries_id_fk" FOREIGN KEY ("delivery") REFERENCES "public"."deliveries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "answers_one_a_question" ON "answers" USING btree ("person","question") WHERE "answers"."question" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "answers_one_a_stop" ON "answers" USING btree ("person","entry") WHERE "answers"."entry" is not null;--> statement-breakpoint
CREATE INDEX "answers_person" ON "answers" USING btree ("person","created_at");--> statement-breakpoint
CREATE INDEX "answers_newest" ON "answers" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "change_answers_answer" ON "change_answers" USING btree ("answer");--> statement-breakpoint
CREATE INDEX "change_answers_person" ON "change_answers" USING btree ("person");--> statement-breakpoint
CREATE INDEX "changes_made_newest" ON "changes_made" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "questions_one_open" ON "questions" USING btree (("closed_at" is null)) WHERE "questions"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "replies_person" ON "replies" USING btree ("person");--> statement-breakpoint

-- Answers were given to these words, so the words stay.
create trigger questions_not_rewritten before update of slug, text, why on questions for each row execute function refuse_change();
