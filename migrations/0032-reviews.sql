-- A review round: a sample of what was decided in a stretch of time, for people to judge.
create table review_rounds (
  id          bigint generated always as identity primary key,
  environment text not null references environments (name),
  since       timestamptz not null,
  -- Left out of the stretch.
  until       timestamptz not null,
  seed        integer not null,
  -- Whether reviewers say what they would do before they see what was decided.
  blind       boolean not null,
  -- Of each stratum its name, whether it is what qualified, how many conversations it holds and how many were drawn.
  strata      jsonb not null,
  made_by     text not null,
  made_at     timestamptz not null
);

create index review_rounds_of_environment on review_rounds (environment, id);

-- The conversations of a round, in the order in which everybody is shown them: each by the decision that is judged.
create table review_items (
  round_id    bigint not null references review_rounds (id),
  position    integer not null,
  decision_id bigint not null references decisions (id),
  stratum     text not null,
  primary key (round_id, position),
  unique (round_id, decision_id)
);

create index review_items_of_decision on review_items (decision_id);

-- What one reviewer says of one conversation. Without `qualified` there is no vote yet: it was set aside, or only
-- guessed at. `note` may hold words of the customer, and goes with them.
create table review_votes (
  round_id   bigint not null,
  position   integer not null,
  reviewer   text not null,
  guess      text check (guess in ('hand-off', 'leave', 'cannot-say')),
  qualified  text check (qualified in ('yes', 'no', 'cannot-say')),
  routed     text check (routed in ('yes', 'no', 'cannot-say')),
  complete   text check (complete in ('yes', 'no', 'cannot-say')),
  note       text not null default '',
  skipped_at timestamptz,
  -- When it was voted or set aside; null where that was taken back, or not done yet.
  acted_at   timestamptz,
  primary key (round_id, position, reviewer),
  foreign key (round_id, position) references review_items (round_id, position)
);
