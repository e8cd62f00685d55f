ALTER TABLE "ledger_head" ADD COLUMN "keys" text;--> statement-breakpoint

-- The head is neither removed nor turned: without it nothing can be appended, not even a stop.
create or replace function head_only_grows() returns trigger language plpgsql as $$
begin
  if new.size < old.size or new.origin <> old.origin or new.last_at < old.last_at
    or (new.size = old.size and new.frontier <> old.frontier) or (old.keys is not null and new.keys is distinct from old.keys) then
    raise exception 'the ledger head only grows: size % after %', new.size, old.size using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger ledger_head_stays before delete on ledger_head for each row execute function refuse_change();
--> statement-breakpoint
create trigger ledger_head_not_emptied before truncate on ledger_head for each statement execute function refuse_change();
