-- Records to which a handoff gave an owner: read again 1, 10 and 60 minutes later, in case another automation of the
-- org changed owner or stage.
create table owner_watches (
  handoff_id  text primary key references handoffs (id),
  environment text not null,
  began_at    timestamptz not null,
  -- How often it was looked at; `due_at` is null when it is over.
  looks       integer not null default 0,
  due_at      timestamptz,
  -- Every change that was seen: what, by whom, when.
  seen        jsonb not null default '[]'
);
create index owner_watches_due on owner_watches (due_at) where due_at is not null;

create function begin_owner_watch() returns trigger language plpgsql as $$
begin
  insert into owner_watches (handoff_id, environment, began_at, due_at)
    select h.id, h.environment, new.done_at, new.done_at + interval '1 minute' from handoffs h where h.id = new.handoff_id
    on conflict do nothing;
  return null;
end $$;
create trigger effects_begin_owner_watch after update of state on effects for each row
  when (new.kind = 'crm-write' and new.state = 'done' and old.state <> 'done' and new.follow_up_id is null)
  execute function begin_owner_watch();
