-- A version is numbered per environment, and the same text may be published again: a rollback does.
alter table policies drop constraint policies_environment_sha256_key;
alter table policies
  add column number    integer,
  add column authors   text[],
  add column publisher text,
  add column kind      text not null default 'published' check (kind in ('published', 'rolled-back', 'promoted')),
  -- The version that was live before this one.
  add column base      bigint references policies (version),
  -- The version whose text a rollback or a promotion took over.
  add column source    bigint references policies (version);
update policies p set number = n.number, authors = array[p.author], publisher = p.author
from (select version, row_number() over (partition by environment order by version) as number from policies) n
where n.version = p.version;
alter table policies
  drop column author,
  alter column number set not null,
  alter column authors set not null,
  alter column publisher set not null,
  add unique (environment, number);

-- What was once live stays as it was: decisions and running episodes name it.
create function refuse_policy_change() returns trigger language plpgsql as $$
begin
  raise exception 'a published version never changes';
end $$;
create trigger policies_are_immutable before update or delete on policies
  for each row execute function refuse_policy_change();

-- Whether the publisher must be another person than the draft's authors.
alter table environments add column review text not null default 'optional' check (review in ('optional', 'required'));

create table policy_drafts (
  environment text not null references environments (name),
  name        text not null,
  -- Counts on after a discard, so that an old revision number never fits a new draft.
  revision    integer not null,
  -- The version it was made from; null where the environment had none.
  base        bigint references policies (version),
  document    text not null,
  authors     text[] not null,
  comment     text not null default '',
  saved_by    text not null,
  saved_at    timestamptz not null default now(),
  primary key (environment, name)
);

-- Every text that was ever saved: what is overwritten or discarded can be read again.
create table policy_draft_revisions (
  environment text not null,
  name        text not null,
  revision    integer not null,
  base        bigint references policies (version),
  document    text not null,
  comment     text not null,
  saved_by    text not null,
  saved_at    timestamptz not null,
  primary key (environment, name, revision)
);

-- Who may call the API. The token itself is told once and never stored.
create table api_tokens (
  id           text primary key,
  sha256       text not null,
  -- Whose name stands beside what it changes.
  holder       text not null,
  scopes       text[] not null,
  -- Null: every environment.
  environments text[],
  created_by   text not null,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null,
  revoked_at   timestamptz,
  last_used_at timestamptz
);
