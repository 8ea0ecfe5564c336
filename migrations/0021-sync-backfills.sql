-- How far a backfill has come; a later start of the same command goes on from there.
create table sync_backfills (
  environment text primary key references environments (name),
  -- Where the next page of Intercom's people begins; null: at the beginning, or after the end.
  next_page   text,
  looked      integer not null,
  matched     integer not null,
  total       integer not null,
  -- Changes by what became of them.
  changes     jsonb not null,
  began_at    timestamptz not null,
  looked_at   timestamptz not null,
  ended_at    timestamptz
);

-- Sync looks for what Intercom told of companies.
create index events_of_companies on events (workspace, created_at) where topic like 'company.%';

alter table environments alter column sync_share type double precision using round(sync_share::numeric, 6);
