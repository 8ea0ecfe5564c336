-- Every night's census, as it was counted: in = sum of the buckets, and what was not.
create table census_nights (
  environment text not null,
  night       date not null,
  taken_at    timestamptz not null,
  came_in     integer not null,
  buckets     jsonb not null,
  -- Conversations in no bucket, or in more than one.
  odd         jsonb not null,
  primary key (environment, night)
);

-- What Salesforce held when it was last asked.
create table read_backs (
  environment text primary key,
  taken_at    timestamptz not null,
  records     integer not null,
  differences jsonb not null
);

-- How it was before Baton.
create table baselines (
  environment text primary key,
  document    jsonb not null,
  kept_at     timestamptz not null
);
