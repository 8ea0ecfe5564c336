-- Inputs are only ever read whole: as text they are handed over in a fraction of the time, with their fields in the
-- order in which they were written.
alter table decisions alter column inputs type json using inputs::text::json;
