-- The decision in brief: what backtests read of it where nothing is counted anew. Taken from inputs and answer, and it
-- goes with them; null for decisions from before, which are read from their inputs. It lies in the row itself, so that
-- reading it unpacks nothing.
alter table decisions
  add column brief json check (brief is null or erased_at is null);
alter table decisions alter column brief set storage main;
