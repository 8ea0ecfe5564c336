-- Of an effect that took more than one attempt: when what Intercom should hold was written once more. Null until then.
alter table feedback_effects add column sure_at timestamptz;
create index feedback_effects_unsure on feedback_effects (environment, opportunity_id)
  where state = 'done' and attempts > 1 and sure_at is null;
