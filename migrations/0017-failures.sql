-- What did not go through, one row for each thing it happened to: an effect, a timer, a deal's effect, an event, the
-- credentials of a connection. Written by the triggers below, in the transaction of whatever changed; read as issues.
create table failures (
  environment text not null,
  destination text not null check (destination in ('intercom', 'salesforce', 'slack', 'email', 'enrichment')),
  code        text not null,
  -- "effect:<key>", "follow-up:<id>", "deal:<deal> <change> <ordinal>", "event:<seq>", "connection:<kind>", "owner:<handoff>".
  subject     text not null,
  handoff_id  text,
  message     text not null,
  state       text not null check (state in ('open', 'retrying', 'resolved', 'skipped')),
  times       integer not null default 1,
  first_seen  timestamptz not null default now(),
  last_seen   timestamptz not null default now(),
  primary key (environment, destination, code, subject)
);
create index failures_of_subject on failures (subject);

-- Failures with one cause: the same destination of one environment, the same code.
create view issues as
select left(md5(environment || ' ' || destination || ' ' || code), 10) as id, environment, destination, code,
  case when bool_or(state = 'open') then 'open' when bool_or(state = 'retrying') then 'retrying'
    when bool_or(state = 'resolved') then 'resolved' else 'skipped' end as status,
  min(first_seen) as first_seen, max(last_seen) as last_seen, sum(times)::int as times,
  count(*)::int as affected, count(*) filter (where state in ('open', 'retrying'))::int as open,
  count(distinct handoff_id)::int as handoffs,
  (array_agg(message order by (state in ('open', 'retrying')) desc, last_seen desc, subject))[1] as message
from failures group by environment, destination, code;

-- Notes that something failed; another failure of the same thing is over then.
create function note_failure(at_environment text, at_destination text, with_code text, of_subject text, of_handoff text, said text)
returns void language sql as $$
  update failures set state = 'resolved'
    where subject = of_subject and state in ('open', 'retrying') and environment = at_environment
      and (destination, code) <> (at_destination, with_code);
  insert into failures as f (environment, destination, code, subject, handoff_id, message, state)
    values (at_environment, at_destination, with_code, of_subject, of_handoff, said, 'open')
    on conflict (environment, destination, code, subject) do update
      set state = 'open', times = f.times + 1, last_seen = now(), message = excluded.message;
$$;

create function settle_failure(of_subject text, as_state text) returns void language sql as $$
  update failures set state = as_state where subject = of_subject and state in ('open', 'retrying');
$$;

-- How often a person had it tried again.
alter table effects add column retries integer not null default 0;
alter table follow_ups add column retries integer not null default 0, add column error jsonb;
alter table feedback_effects add column retries integer not null default 0;
alter table handoffs add column reruns integer not null default 0;

create function follow_effect() returns trigger language plpgsql as $$
begin
  if new.state in ('failed', 'maybe') then
    perform note_failure((select environment from handoffs where id = new.handoff_id), new.target,
      case new.state when 'maybe' then 'outcome_unknown' else coalesce(new.error ->> 'code', 'failed') end,
      'effect:' || new.key, new.handoff_id, coalesce(new.error ->> 'message', ''));
  else
    perform settle_failure('effect:' || new.key, case when new.state in ('planned', 'sending') then 'retrying'
      when new.state = 'skipped' then 'skipped' else 'resolved' end);
  end if;
  return null;
end $$;
create trigger effects_fail after update of state on effects for each row
  when (old.state is distinct from new.state
    and (new.state in ('failed', 'maybe') or old.state in ('failed', 'maybe') or new.retries > 0))
  execute function follow_effect();

-- A timer that could not look; what its effects come to is told by the effects.
create function follow_timer() returns trigger language plpgsql as $$
begin
  if new.state = 'failed' then
    perform note_failure(new.environment, coalesce(new.error ->> 'target', 'salesforce'), coalesce(new.error ->> 'code', 'failed'),
      'follow-up:' || new.id, new.handoff_id, coalesce(new.reason, ''));
  else
    perform settle_failure('follow-up:' || new.id, case new.state when 'armed' then 'retrying' when 'skipped' then 'skipped' else 'resolved' end);
  end if;
  return null;
end $$;
create trigger follow_ups_fail after update of state on follow_ups for each row
  when (old.state is distinct from new.state
    and ((old.state = 'armed' and (new.state = 'failed' or new.retries > 0)) or old.state = 'failed'))
  execute function follow_timer();

create function follow_deal() returns trigger language plpgsql as $$
declare
  of_subject text := 'deal:' || new.opportunity_id || ' ' || new.change_id || ' ' || new.ordinal;
begin
  if new.state = 'failed' then
    perform note_failure(new.environment, 'intercom', coalesce(new.error ->> 'code', 'failed'), of_subject, null,
      coalesce(new.error ->> 'message', ''));
  else
    perform settle_failure(of_subject, case new.state when 'planned' then 'retrying' when 'skipped' then 'skipped' else 'resolved' end);
  end if;
  return null;
end $$;
create trigger feedback_effects_fail after update of state on feedback_effects for each row
  when (old.state is distinct from new.state and (new.state = 'failed' or old.state = 'failed' or new.retries > 0))
  execute function follow_deal();

-- A parked event belongs to every environment that its workspace feeds; one whose body is kept and that nobody was to
-- hear of from the first is none. One that is tried again keeps its reason until
-- it is folded.
create function follow_event() returns trigger language plpgsql as $$
begin
  if new.parked_reason is null then
    perform settle_failure('event:' || new.seq, 'resolved');
  elsif new.taken_at is null then
    perform settle_failure('event:' || new.seq, 'retrying');
  else
    perform note_failure(e.name, 'intercom', 'parked_event', 'event:' || new.seq, null, new.parked_reason)
      from environments e join connections c on c.id = e.intercom_connection
      where c.settings ->> 'workspace' = new.workspace;
  end if;
  return null;
end $$;
create trigger events_parked_at_once after insert on events for each row
  when (new.parked_reason is not null and new.body is null) execute function follow_event();
create trigger events_parked after update on events for each row
  when (old.parked_reason is distinct from new.parked_reason
    or (new.parked_reason is not null and old.taken_at is distinct from new.taken_at))
  execute function follow_event();

-- What failed before there were issues.
select note_failure(h.environment, e.target, case e.state when 'maybe' then 'outcome_unknown' else coalesce(e.error ->> 'code', 'failed') end,
  'effect:' || e.key, e.handoff_id, coalesce(e.error ->> 'message', ''))
from effects e join handoffs h on h.id = e.handoff_id where e.state in ('failed', 'maybe');
select note_failure(environment, 'intercom', 'failed', 'deal:' || opportunity_id || ' ' || change_id || ' ' || ordinal, null,
  coalesce(error ->> 'message', ''))
from feedback_effects where state = 'failed';
select note_failure(e.name, 'intercom', 'parked_event', 'event:' || v.seq, null, v.parked_reason)
from events v join connections c on c.settings ->> 'workspace' = v.workspace join environments e on e.intercom_connection = c.id
where v.parked_reason is not null and v.body is null;

-- A destination to which an environment sends nothing for now.
create table pauses (
  environment text not null references environments (name),
  destination text not null check (destination in ('intercom', 'salesforce', 'slack', 'email', 'enrichment')),
  reason      text not null,
  paused_by   text not null,
  -- Its credentials were refused again and again: it ends by itself when they are accepted.
  is_automatic boolean not null default false,
  since       timestamptz not null,
  primary key (environment, destination)
);

-- Runs that wait until none of their destinations is paused, or, without any, for their place in the line. The run's
-- id is unique for ever, so a row that is written twice starts it once.
create table waiting_runs (
  run_id       text primary key,
  kind         text not null,
  -- The handoff, timer, deal or conversation that it is about.
  subject      text not null,
  environment  text not null,
  destinations text[] not null,
  partition    text,
  input        jsonb not null,
  seq          bigint generated always as identity,
  since        timestamptz not null default now()
);
create index waiting_runs_in_line on waiting_runs (seq);
create index waiting_runs_of_subject on waiting_runs (subject);
