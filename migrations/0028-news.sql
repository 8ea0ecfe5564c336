-- What changed lately, for screens that are told of it while they are open.
create index effects_by_time on effects (updated_at);
