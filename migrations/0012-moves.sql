-- Who had a lead before it went to somebody else, each with the turn that was given back, why and when (ms since 1970).
alter table assignments add column moves jsonb not null default '[]';
