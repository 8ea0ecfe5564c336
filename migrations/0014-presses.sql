-- What people pressed under an alert, stored before it is acknowledged. The id is the vendor's own of that press, so
-- that one that is sent twice is worked once.
create table presses (
  id          text primary key,
  -- The connection that signed it.
  connection  text not null,
  -- 'ignored': of a kind that Baton does not know; kept and not worked.
  kind        text not null check (kind in ('claim', 'ask-reason', 'reject', 'remind', 'ignored')),
  body        jsonb not null,
  pressed_at  timestamptz not null,
  -- What was done with it, written in the transaction that did it.
  answer      jsonb,
  answered_at timestamptz
);

-- A lead that is claimed or rejected, and a reminder that somebody asked for, stand beside the timers of their handoff:
-- one row of a kind and number, ever, so that the first claim wins.
alter table follow_ups drop constraint follow_ups_kind_check;
alter table follow_ups
  add constraint follow_ups_kind_check
    check (kind in ('acknowledge', 'follow-up', 'remind', 'breach', 'snooze', 'claim', 'reject')),
  -- Who pressed: name and address.
  add column pressed_by jsonb;

-- Whose alerts say what became of the lead. `news` counts what happened, `shown` what the alerts tell of it, `showing`
-- the count that a run is bringing to them now.
create table alert_boards (
  handoff_id text primary key references handoffs (id),
  news       integer not null default 1,
  shown      integer not null default 0,
  showing    integer
);

create index alert_boards_stale on alert_boards (handoff_id) where shown < news and showing is null;
