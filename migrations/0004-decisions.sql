-- The immutable answer for one conversation state, with everything it rested on.
create table decisions (
  id              bigint generated always as identity primary key,
  environment     text not null,
  workspace       text not null,
  conversation_id text not null,
  version         integer not null,
  policy_version  bigint not null,
  kind            text not null check (kind in ('handoff', 'held', 'excluded', 'below-threshold', 'already-handed-off', 'gone')),
  recipe          text,
  exclusion       text,
  -- Frozen inputs (snapshot, Salesforce view, pool state, instant) and the answer: replay needs nothing else.
  inputs          jsonb not null,
  answer          jsonb not null,
  decided_at      timestamptz not null default now(),
  unique (environment, workspace, conversation_id, version)
);

create index decisions_by_time on decisions (environment, decided_at);

-- Where each conversation stands: exactly one bucket per environment.
create table standings (
  environment     text not null,
  workspace       text not null,
  conversation_id text not null,
  bucket          text not null check (bucket in ('new', 'excluded', 'below-threshold', 'held', 'handed-off', 'failed')),
  decision_id     bigint references decisions (id),
  -- What has been heard and not decided yet: written with the conversation's state, cleared with the decision, so that
  -- a process that dies between the two loses nothing.
  pending         text[] not null default '{}',
  since           timestamptz not null default now(),
  primary key (environment, workspace, conversation_id)
);

create index standings_by_bucket on standings (environment, bucket);
create index standings_pending on standings (workspace, conversation_id) where pending <> '{}';

-- The lasting guard against a second handoff: unique by its id, kept when the engine forgets its runs.
create table handoffs (
  id              text primary key,
  environment     text not null,
  workspace       text not null,
  conversation_id text not null,
  recipe          text not null,
  episode         integer not null,
  decision_id     bigint not null references decisions (id),
  mode            text not null check (mode in ('shadow', 'live')),
  owner           text,
  status          text not null default 'running' check (status in ('running', 'done', 'failed', 'maybe')),
  -- Intercom's time of the message that qualified, and when the owner was told: signal-to-alert.
  signalled_at    timestamptz,
  started_at      timestamptz not null default now(),
  finished_at     timestamptz
);

create index handoffs_of_conversation on handoffs (environment, workspace, conversation_id);
create index handoffs_by_time on handoffs (environment, started_at);
create index handoffs_unfinished on handoffs (status) where status <> 'done';

-- One write to the outside. `key` is carried by the write itself wherever the target can keep it.
create table effects (
  handoff_id  text not null references handoffs (id),
  ordinal     integer not null,
  kind        text not null,
  target      text not null,
  key         text not null unique,
  request     jsonb not null,
  state       text not null default 'planned' check (state in ('planned', 'sending', 'done', 'would', 'maybe', 'failed', 'skipped')),
  attempts    integer not null default 0,
  result      jsonb,
  error       jsonb,
  updated_at  timestamptz not null default now(),
  done_at     timestamptz,
  primary key (handoff_id, ordinal)
);

create index effects_open on effects (state) where state in ('planned', 'sending', 'maybe', 'failed');
