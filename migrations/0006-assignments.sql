-- The fairness ledger: what each member of a pool was given. `served` counts; the row of the pool is the lock.
create table pools (
  environment text not null,
  pool        text not null,
  version     bigint not null default 0,
  primary key (environment, pool)
);

create table pool_members (
  environment text not null,
  pool        text not null,
  member      text not null,
  served      numeric not null default 0,
  -- Head start of a newcomer and credit for rejected leads, in leads.
  adjustment  numeric not null default 0,
  last_at     timestamptz,
  primary key (environment, pool, member)
);

-- Why each lead went where it went, and who was skipped why.
create table assignments (
  handoff_id  text primary key,
  environment text not null,
  route       text not null,
  pool        text,
  owner       text not null,
  company     text,
  receipts    jsonb not null,
  at          timestamptz not null default now()
);

create index assignments_sticky on assignments (environment, pool, company, at) where company is not null;
create index assignments_of_owner on assignments (environment, owner, at);
