-- Whose words are to be gone. Ids only: what a person is called stands nowhere in it. Each erasure is done three times,
-- at once, after a minute and after ten, because a run that was under way may write once more.
create table erasures (
  workspace text not null,
  kind      text not null check (kind in ('contact', 'conversation')),
  subject   text not null,
  -- "intercom" where Intercom said that it was deleted there, else who asked.
  asked_by  text not null,
  asked_at  timestamptz not null,
  passes    integer not null default 0,
  -- Null: done.
  due_at    timestamptz,
  primary key (workspace, kind, subject)
);

create index erasures_due on erasures (due_at) where due_at is not null;

-- What Intercom deleted is found by these.
create index conversations_deleted on conversations (workspace, id) where (state -> 'snapshot' ->> 'deleted') = 'true';
create index events_of_deletion on events (workspace, contact_id) where topic = 'contact.deleted';

-- Its words are gone: it can be neither replayed nor judged by another policy.
alter table decisions add column erased_at timestamptz;

-- How long words are kept, by class; no row: the default of the program.
create table retention (
  class  text primary key,
  days   integer not null check (days between 1 and 3650),
  set_by text not null,
  set_at timestamptz not null
);

create index decisions_by_age on decisions (decided_at) where erased_at is null;
