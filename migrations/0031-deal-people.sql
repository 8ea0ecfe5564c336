-- Who stood on a deal, by address: so a conversation is told apart by what became of the person's deals, whatever the
-- policy asks of Intercom about them.
create table deal_people (
  environment    text not null,
  opportunity_id text not null,
  email          text not null,
  primary key (environment, opportunity_id, email)
);

create index deal_people_by_email on deal_people (environment, email);
create index deal_changes_closed on deal_changes (environment, changed_at) where is_closed;
