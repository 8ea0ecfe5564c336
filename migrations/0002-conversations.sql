-- What the events of a conversation add up to. `state` is the folded snapshot; `version` counts its changes.
create table conversations (
  workspace   text not null,
  id          text not null,
  version     integer not null,
  contact_id  text,
  state       jsonb not null,
  updated_at  timestamptz not null default now(),
  primary key (workspace, id)
);

create index conversations_of_contact on conversations (workspace, contact_id);

-- People change their id when a lead signs up or two contacts are merged: old id -> current id.
create table contact_aliases (
  workspace  text not null,
  old_id     text not null,
  current_id text not null,
  since      timestamptz not null,
  primary key (workspace, old_id)
);

-- Product usage per person, counted by signals with a window.
create table usage_events (
  workspace  text not null,
  contact_id text not null,
  event      text not null,
  at         timestamptz not null,
  id         text not null,
  primary key (workspace, id)
);

create index usage_of_contact on usage_events (workspace, contact_id, at);
