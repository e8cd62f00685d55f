CREATE TABLE "tree_nodes" (
	"level" smallint NOT NULL,
	"position" bigint NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "tree_nodes_level_position_pk" PRIMARY KEY("level","position"),
	CONSTRAINT "tree_nodes_level" CHECK ("tree_nodes"."level" >= 8)
);
--> statement-breakpoint
CREATE TABLE "wrong_topic_reports" (
	"delivery" uuid PRIMARY KEY NOT NULL,
	"person" uuid NOT NULL,
	"message" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT instant() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "wrong_topic_reports" ADD CONSTRAINT "wrong_topic_reports_delivery_deliveries_id_fk" FOREIGN KEY ("delivery") REFERENCES "public"."deliveries"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wrong_topic_reports" ADD CONSTRAINT "wrong_topic_reports_person_people_id_fk" FOREIGN KEY ("person") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wrong_topic_reports" ADD CONSTRAINT "wrong_topic_reports_message_messages_id_fk" FOREIGN KEY ("message") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "wrong_topic_reports_person" ON "wrong_topic_reports" USING btree ("person");--> statement-breakpoint
CREATE INDEX "wrong_topic_reports_message" ON "wrong_topic_reports" USING btree ("message");--> statement-breakpoint
create trigger tree_nodes_append_only before update or delete on tree_nodes for each row execute function refuse_change();
--> statement-breakpoint
create trigger tree_nodes_not_emptied before truncate on tree_nodes for each statement execute function refuse_change();
--> statement-breakpoint

-- The nodes over what was appended before this table existed (RFC 6962 section 2.1).
do $$
declare
  height smallint := 0;
begin
  create temporary table tree_row on commit drop as
    select number - 1 as position, decode(leaf, 'hex') as hash from entries;
  while (select count(*) from tree_row) > 1 loop
    height := height + 1;
    create temporary table tree_row_above on commit drop as
      select l.position / 2 as position, sha256('\x01'::bytea || l.hash || r.hash) as hash
      from tree_row l join tree_row r on r.position = l.position + 1 where l.position % 2 = 0;
    drop table tree_row;
    alter table tree_row_above rename to tree_row;
    if height >= 8 then
      insert into tree_nodes (level, position, hash) select height, position, encode(hash, 'hex') from tree_row;
    end if;
  end loop;
end $$;
