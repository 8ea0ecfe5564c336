-- Who signs in. The first five tables are those of the sign-in library, under names of ours; it reads and writes them.
create table users (
  id                 text primary key,
  name               text not null,
  email              text not null unique,
  email_verified     boolean not null,
  image              text,
  two_factor_enabled boolean,
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),
  -- Since then nobody signs in as them; null: they may.
  disabled_at        timestamptz
);

create table sessions (
  id         text primary key,
  user_id    text not null references users (id) on delete cascade,
  token      text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null
);
create index sessions_of_user on sessions (user_id);

-- How a person signs in: a password, hashed, or another system's account.
create table accounts (
  id                       text primary key,
  account_id               text not null,
  provider_id              text not null,
  user_id                  text not null references users (id) on delete cascade,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz,
  refresh_token_expires_at timestamptz,
  scope                    text,
  password                 text,
  created_at               timestamptz not null default now(),
  updated_at               timestamptz not null
);
create index accounts_of_user on accounts (user_id);

create table verifications (
  id         text primary key,
  identifier text not null,
  value      text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verifications_by_identifier on verifications (identifier);

create table two_factors (
  id                        text primary key,
  secret                    text not null,
  backup_codes              text not null,
  user_id                   text not null references users (id) on delete cascade,
  verified                  boolean,
  failed_verification_count integer,
  locked_until              timestamptz
);
create index two_factors_of_user on two_factors (user_id);

-- What a person may do where. Null: in every environment, those that come later included.
create table user_roles (
  user_id     text not null references users (id) on delete cascade,
  environment text references environments (name),
  role        text not null check (role in ('viewer', 'reviewer', 'editor', 'publisher', 'admin')),
  unique nulls not distinct (user_id, environment)
);

-- A link by which a person sets their first password, or a new one. It works once; the link itself is told once.
create table invitations (
  id         text primary key,
  sha256     text not null,
  user_id    text not null references users (id) on delete cascade,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index invitations_of_user on invitations (user_id);

-- Attempts at a password that did not succeed, by the hash of the account or address they were made for or from.
create table sign_in_attempts (
  key           text primary key,
  failures      integer not null,
  last_at       timestamptz not null,
  blocked_until timestamptz not null
);

-- What Baton makes up for itself and needs again, sealed by the vault.
create table service_secrets (
  name   text primary key,
  sealed text not null
);

-- Who changed what. Each row holds the hash of the one before, so that a row that is changed or taken out shows.
create table audit_log (
  seq         bigint primary key,
  at_ms       bigint not null,
  actor       text not null,
  action      text not null,
  subject     text not null,
  environment text,
  -- JSON as it was hashed.
  facts       text not null,
  previous    text not null,
  hash        text not null
);
create index audit_log_of_environment on audit_log (environment, seq);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only ever added to';
end $$;
create trigger audit_log_is_append_only before update or delete on audit_log
  for each row execute function refuse_audit_change();
create trigger audit_log_stays before truncate on audit_log
  for each statement execute function refuse_audit_change();
