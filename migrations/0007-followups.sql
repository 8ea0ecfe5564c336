-- One timer of a handoff: an acknowledgement, a follow-up, a reminder, a broken SLA. A row is one arming and fires at
-- most once; its id is the id of its run, unique for ever.
create table follow_ups (
  id              text primary key,
  handoff_id      text not null references handoffs (id),
  environment     text not null,
  workspace       text not null,
  conversation_id text not null,
  kind            text not null check (kind in ('acknowledge', 'follow-up', 'remind', 'breach')),
  -- From 1; each re-assignment arms the next.
  arming          integer not null,
  -- Who has it since a re-assignment; null: whom the handoff gave it to.
  owner           jsonb,
  -- Contact counts from here on.
  since           timestamptz not null,
  due_at          timestamptz not null,
  -- After this it is not worth sending any more.
  not_after       timestamptz,
  state           text not null default 'armed'
    check (state in ('armed', 'fired', 'done', 'maybe', 'failed', 'cancelled', 'skipped')),
  reason          text,
  -- Every contact that was seen: what, when, by whom.
  seen            jsonb not null default '[]',
  started_at      timestamptz,
  fired_at        timestamptz,
  ended_at        timestamptz,
  unique (handoff_id, kind, arming)
);

create index follow_ups_due on follow_ups (due_at) where state = 'armed' and started_at is null;
create index follow_ups_of_conversation on follow_ups (environment, workspace, conversation_id);
create index follow_ups_open on follow_ups (state) where state in ('armed', 'fired', 'maybe', 'failed');

alter table effects add column follow_up_id text references follow_ups (id);
