-- Leakage audits that somebody started on the screen: how far each is, and its report. A report holds the words of its
-- few samples and no others; they go with the person's erasure, and when they are old.
create table audits (
  id          text primary key,
  environment text not null references environments (name),
  kind        text not null check (kind in ('file', 'live')),
  -- The name of the file, or what was read of Intercom.
  source      text not null,
  -- What was asked: days, what counts as in time, deal size and close rate with where they come from.
  question    jsonb not null,
  asked_by    text not null,
  asked_at    timestamptz not null,
  state       text not null check (state in ('waiting', 'running', 'done', 'failed', 'stopped')),
  done        integer not null default 0,
  -- Null: not known yet.
  total       integer,
  -- When it last said how far it is: one that is silent for long has died with its process.
  heard_at    timestamptz not null,
  ended_at    timestamptz,
  -- Why it failed; one sentence.
  why         text,
  report      jsonb,
  -- Places of a file that are no conversation: how many, and the first of them.
  faults      jsonb not null default '{"count": 0, "first": []}'
);

create index audits_by_time on audits (environment, asked_at desc);
