-- How far Intercom's own list of conversations was read, by workspace; and since when its webhooks have been silent
-- against its habit.
create table sweeps (
  workspace    text primary key,
  -- What changed before is not Baton's.
  began_at     timestamptz not null,
  swept_until  timestamptz not null,
  silent_since timestamptz
);

-- What the sweep found and no webhook had brought; the key keeps the same change from being taken twice.
create table sweep_finds (
  workspace       text not null,
  conversation_id text not null,
  -- Intercom's own time of the change.
  updated_at      timestamptz not null,
  found_at        timestamptz not null,
  primary key (workspace, conversation_id, updated_at)
);

create index sweep_finds_by_time on sweep_finds (workspace, found_at);

-- Arrivals of the last weeks are counted by the hour; rows stand in the order of their arrival.
create index events_by_arrival on events using brin (received_at);
