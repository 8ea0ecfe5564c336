-- The credentials of one account elsewhere. `secret` is sealed by the vault; `settings` holds nothing secret.
create table connections (
  id         text primary key,
  kind       text not null check (kind in ('intercom', 'salesforce', 'slack', 'email', 'enrichment')),
  settings   jsonb not null,
  secret     text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- One Intercom and one Salesforce connection, one live policy version, and a mode.
create table environments (
  name                  text primary key,
  mode                  text not null default 'shadow' check (mode in ('shadow', 'live')),
  intercom_connection   text not null references connections (id),
  salesforce_connection text references connections (id),
  slack_connection      text references connections (id),
  email_connection      text references connections (id),
  enrichment_connection text references connections (id),
  policy_version        bigint,
  created_at            timestamptz not null default now()
);

-- Every version that was ever live; a running episode keeps the one it began with.
create table policies (
  version      bigint generated always as identity primary key,
  environment  text not null references environments (name),
  document     text not null,
  sha256       text not null,
  author       text not null,
  comment      text not null default '',
  published_at timestamptz not null default now(),
  unique (environment, sha256)
);
