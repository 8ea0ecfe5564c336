-- The share of the org's API calls of a day that sync may use.
alter table environments add column sync_share real not null default 0.25 check (sync_share > 0 and sync_share <= 1);

-- Who in Intercom is which record in Salesforce, and what both held when they were last looked at.
create table sync_pairs (
  environment text not null references environments (name),
  kind        text not null check (kind in ('person', 'company')),
  -- A contact or company of Intercom.
  intercom_id text not null,
  -- Null: Salesforce has no record of them.
  object      text check (object in ('Lead', 'Contact', 'Account')),
  record_id   text,
  -- The address or domain by which the record was looked for.
  looked_for  text,
  -- By Salesforce field: what each side held and since when, and where Baton wrote last.
  fields      jsonb not null default '{}',
  -- Counts on with every change, so that two writers cannot both plan from the same state.
  version     integer not null,
  looked_at   timestamptz not null,
  primary key (environment, kind, intercom_id)
);

create unique index sync_pairs_record on sync_pairs (environment, record_id) where record_id is not null;

-- Every change of a field, made or not: the audit. `before` and `after` are the values of the side that is written.
create table sync_changes (
  id             bigint generated always as identity primary key,
  environment    text not null references environments (name),
  kind           text not null check (kind in ('person', 'company')),
  intercom_id    text not null,
  object         text not null,
  record_id      text not null,
  looked_for     text,
  field          text not null,
  from_field     text not null,
  written_to     text not null check (written_to in ('intercom', 'salesforce')),
  before         jsonb not null,
  after          jsonb not null,
  -- When the value that counts was changed on its side, at the latest.
  changed_at     timestamptz not null,
  why            text not null,
  -- kept: the other side kept its value; stopped: the sides kept rewriting each other; lost: overtaken before it was written.
  state          text not null check (state in ('planned', 'done', 'would', 'kept', 'stopped', 'lost', 'failed')),
  error          text,
  policy_version bigint not null,
  planned_at     timestamptz not null,
  ended_at       timestamptz
);

create unique index sync_changes_open on sync_changes (environment, kind, intercom_id, field) where state = 'planned';
create index sync_changes_of on sync_changes (environment, kind, intercom_id, id);
create index sync_changes_for on sync_changes (environment, looked_for, id);

-- How far an environment has read what changed: an object of Salesforce, people or companies of Intercom.
create table sync_cursors (
  environment   text not null references environments (name),
  source        text not null,
  covered_until timestamptz not null,
  primary key (environment, source)
);

-- Calls to Salesforce that sync made, by the hour, and how many the org allows a day.
create table sync_calls (
  environment text not null references environments (name),
  hour        timestamptz not null,
  calls       integer not null,
  most        integer,
  primary key (environment, hour)
);
