-- The stream of change events of an environment's Salesforce: who listens, how far it heard, and what operators are shown.
create table change_streams (
  environment text primary key references environments (name),
  state       text not null default 'off' check (state in ('on', 'reconnecting', 'off')),
  since       timestamptz,
  -- Why it is not on.
  why         text,
  -- Salesforce's own mark of the last event that was read; opaque.
  replay_id   bytea,
  replay_at   timestamptz,
  -- The last time when events did not say all that changed, and polling had to.
  gap_at      timestamptz,
  gap_why     text,
  -- The worker that listens, for as long as it says so.
  holder      text,
  held_until  timestamptz
);
