-- One row per process that takes runs from the queues; it beats while it lives.
create table baton_worker (
  executor_id text primary key,
  started_at  timestamptz not null default now(),
  seen_at     timestamptz not null
);

-- One row per repeating job: when it is due next and which worker is at it now.
create table baton_schedule (
  name       text primary key,
  due_at     timestamptz not null,
  owner      text,
  started_at timestamptz
);
