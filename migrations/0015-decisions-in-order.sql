-- A window is cut into pages in the order of time: the index alone gives their ends, and each page without sorting.
create index decisions_in_order on decisions (environment, decided_at, id);
drop index decisions_by_time;
