-- One verified notification, stored as it came. Never updated but for the mark that a run took it.
create table events (
  seq             bigint generated always as identity primary key,
  workspace       text not null,
  -- Intercom's notification id; the sweep and the API use ids of their own ("sweep:<conversation>:<updated_at>").
  notification_id text not null,
  topic           text not null,
  conversation_id text,
  contact_id      text,
  -- conversation:part:topic for message topics: the same part comes in several notifications.
  part_key        text,
  -- Intercom's own time; it orders the events of a conversation.
  created_at      timestamptz not null,
  received_at     timestamptz not null default now(),
  body            jsonb,
  raw             text,
  taken_at        timestamptz,
  parked_reason   text,
  unique (workspace, notification_id)
);

create unique index events_by_part on events (workspace, part_key) where part_key is not null;
create index events_untaken on events (workspace, conversation_id, created_at) where taken_at is null;
create index events_of_conversation on events (workspace, conversation_id, created_at);
