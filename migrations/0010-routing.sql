-- Routing: caps by open work and by day, credit, the head start of newcomers and returners, and held conversations.

-- What fairness needs to know of a member beside the turns: the weight that the turns were counted with, and whether
-- the member was last seen out (absent, paused, at a cap), so that coming back is noticed.
alter table pool_members
  add column weight numeric not null default 1 check (weight > 0),
  add column is_out boolean not null default false;

alter table assignments
  -- The owner as pools name people: the address in lower case; null for a queue.
  add column member        text,
  -- Who wrote, for pools that are sticky by person.
  add column person        text,
  -- How the pool's lead was given: a turn was taken, or the company or person stayed with the rep they had.
  add column turn          text check (turn in ('taken', 'sticky')),
  -- The second people, each with the route, the turn and the receipts.
  add column seconds       jsonb not null default '[]',
  -- Open work is what is not closed: contacted, converted, rejected. Whoever learns of it writes these two.
  add column closed_at     timestamptz,
  add column closed_reason text,
  -- The turn was given back.
  add column credited_at   timestamptz,
  add column credit_reason text;

update assignments set member = lower(owner) where owner like '%@%';
update assignments set turn = 'taken' where pool is not null;

create index assignments_open on assignments (environment, member) where closed_at is null;
create index assignments_of_member on assignments (environment, member, at);
create index assignments_sticky_person on assignments (environment, pool, person, at) where person is not null;

-- When a held conversation is looked at again.
alter table standings add column held_until timestamptz;
create index standings_held on standings (since) where bucket = 'held';
