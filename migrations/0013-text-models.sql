-- Text models learnt from an environment's reviewed conversations; the newest one reads, decisions name it by fingerprint.
create table text_models (
  id          bigint generated always as identity primary key,
  environment text not null references environments (name),
  -- The model file as text: the order of its features is part of the fingerprint.
  model       text not null,
  labels      integer not null check (labels > 0),
  -- For each signal how it did on rows it had not seen.
  figures     jsonb not null,
  trained_by  text not null,
  trained_at  timestamptz not null default now()
);
create index text_models_by_environment on text_models (environment, id);
