-- How far an environment has read what changed in Salesforce. What was before `began_at` is history and tags nobody.
create table feedback_cursors (
  environment   text primary key references environments (name),
  began_at      timestamptz not null,
  covered_until timestamptz not null
);

-- Every stage that a deal was seen to take on, once: the row of its history in Salesforce is the key.
create table deal_changes (
  environment    text not null,
  opportunity_id text not null,
  change_id      text not null,
  name           text,
  stage          text not null,
  is_closed      boolean not null,
  is_won         boolean not null,
  amount         numeric,
  changed_at     timestamptz not null,
  changed_by     text,
  policy_version bigint not null,
  -- Position in feedback.stages of the rule that applied; null: none did.
  rule           integer,
  seen_at        timestamptz not null,
  primary key (environment, opportunity_id, change_id)
);

-- One write to Intercom that a change asks for. A repeat changes nothing there, so its place is its key.
create table feedback_effects (
  environment    text not null,
  opportunity_id text not null,
  change_id      text not null,
  ordinal        integer not null,
  -- Order of the deal's changes: effects of an earlier one go first.
  changed_at     timestamptz not null,
  request        jsonb not null,
  state          text not null default 'planned' check (state in ('planned', 'done', 'would', 'failed', 'skipped')),
  attempts       integer not null default 0,
  result         jsonb,
  error          jsonb,
  updated_at     timestamptz not null default now(),
  done_at        timestamptz,
  primary key (environment, opportunity_id, change_id, ordinal),
  foreign key (environment, opportunity_id, change_id) references deal_changes (environment, opportunity_id, change_id)
);

create index feedback_effects_open on feedback_effects (environment, opportunity_id, changed_at) where state = 'planned';
