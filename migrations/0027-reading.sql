-- What lists of conversations and handoffs are searched and put in order by: taken from the state, so it goes with it.
alter table conversations
  add column email text generated always as (lower(state #>> '{snapshot,contact,email}')) stored,
  add column person text generated always as (state #>> '{snapshot,contact,name}') stored,
  add column company text generated always as (coalesce(state #>> '{snapshot,company,name}', state #>> '{snapshot,company,domain}')) stored;

create index conversations_by_time on conversations (workspace, updated_at, id);
create index conversations_by_email on conversations (email) where email is not null;
-- Which effect wrote a record of Salesforce.
create index effects_of_record on effects using gin (jsonb_path_query_array(result, '$.ids.*')) where kind = 'crm-write';
-- Conversations of which nothing could be folded yet.
create index events_parked_of on events (workspace, conversation_id) where parked_reason is not null;
