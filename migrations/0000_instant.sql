-- The one clock of every decision. Not now(): that is frozen when the transaction starts, and a transaction may wait for a lock.
create function instant() returns timestamptz language sql volatile as 'select clock_timestamp()';
