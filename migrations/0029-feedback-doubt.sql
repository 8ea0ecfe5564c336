-- What was last asked for each person is looked up where an answer of Intercom was lost.
create index feedback_effects_of_person on feedback_effects (environment, (request ->> 'email')) where state = 'done';
