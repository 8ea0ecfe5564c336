-- Which signals the customer's messages mean, as the reviewer says: [{message, signals}] of those they spoke of, by the
-- ids of the messages and the names of the signals. They go with the words they are about.
alter table review_votes add column meanings jsonb not null default '[]';
