-- What may be told of a connection's secrets: by name, who set each when, and how it ends. And what the last check found.
alter table connections add column secrets jsonb not null default '{}'::jsonb, add column checked jsonb;

-- What came to the door of a connection and is no notification: pings, and what was turned away.
create table door_notes (
  connection text not null references connections (id) on delete cascade,
  result     text not null,
  times      bigint not null default 1,
  last_at    timestamptz not null,
  primary key (connection, result)
);
