-- Hot rows are updated in place: leave room on the page.
alter table people set (fillfactor = 70);
--> statement-breakpoint
alter table deliveries set (fillfactor = 70);
--> statement-breakpoint
alter table ledger_head set (fillfactor = 10);
--> statement-breakpoint

-- Choices and their entry are written in one transaction, in whichever order is quicker.
alter table people alter constraint people_entry deferrable initially deferred;
--> statement-breakpoint

-- The ledger is append-only, also for raw SQL. Payloads may only be deleted, which is erasure.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op) using errcode = 'restrict_violation';
end $$;
--> statement-breakpoint
create trigger entries_append_only before update or delete on entries for each row execute function refuse_change();
--> statement-breakpoint
create trigger entries_not_emptied before truncate on entries for each statement execute function refuse_change();
--> statement-breakpoint
create trigger checkpoints_append_only before update or delete on checkpoints for each row execute function refuse_change();
--> statement-breakpoint
create trigger checkpoints_not_emptied before truncate on checkpoints for each statement execute function refuse_change();
--> statement-breakpoint
create trigger payloads_not_rewritten before update on payloads for each row execute function refuse_change();
--> statement-breakpoint
create trigger payloads_not_emptied before truncate on payloads for each statement execute function refuse_change();
--> statement-breakpoint

-- The next entry is the head's size plus one, and the head only grows: no gap, no repeat, no second order.
create function head_only_grows() returns trigger language plpgsql as $$
begin
  if new.size < old.size or new.origin <> old.origin or new.last_at < old.last_at then
    raise exception 'the ledger head only grows: size % after %', new.size, old.size using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger ledger_head_only_grows before update on ledger_head for each row execute function head_only_grows();
--> statement-breakpoint
create function entry_follows_head() returns trigger language plpgsql as $$
begin
  if not exists (select from added) then
    return null;
  end if;
  if (select min(number) from added) is distinct from
     (select coalesce(max(e.number), 0) + 1 from entries e where e.number < (select min(number) from added))
     or (select max(number) - min(number) + 1 from added) <> (select count(*) from added) then
    raise exception 'entries are numbered without gaps' using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger entries_without_gaps after insert on entries referencing new table as added for each statement execute function entry_follows_head();
--> statement-breakpoint

-- Nobody's choices change without an entry that says so.
create function choices_need_an_entry() returns trigger language plpgsql as $$
begin
  if new.choices is distinct from old.choices and new.entry <= old.entry then
    raise exception 'choices change only with a new ledger entry' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger people_choices_need_an_entry before update on people for each row execute function choices_need_an_entry();
--> statement-breakpoint

-- The closed table of a delivery's states.
create function delivery_moves() returns trigger language plpgsql as $$
declare
  allowed text[];
begin
  if tg_op = 'INSERT' then
    allowed := array['released', 'held', 'held_back'];
  elsif new.state = old.state then
    return new;
  else
    allowed := case old.state
      when 'held' then array['released', 'held_back', 'cancelled']
      when 'released' then array['sent', 'refused', 'deferred', 'unknown', 'cancelled', 'held', 'held_back']
      when 'deferred' then array['released', 'held', 'held_back', 'refused', 'cancelled']
      when 'unknown' then array['sent', 'refused', 'released']
      else array[]::text[]
    end;
  end if;
  if not new.state = any (allowed) then
    raise exception 'a delivery cannot become % from %', new.state, case tg_op when 'INSERT' then 'nothing' else old.state end
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger deliveries_closed_states before insert or update of state on deliveries for each row execute function delivery_moves();
