-- When the run that brings news to the alerts was last heard of: one that is silent for long is dead, and another takes over.
alter table alert_boards add column showing_at timestamptz;
update alert_boards set showing_at = now() where showing is not null;

drop index alert_boards_stale;
create index alert_boards_stale on alert_boards (handoff_id) where shown < news;
