-- A change that sync could not write is an issue: one for each field of a person or company, grouped by its code.
alter table sync_changes add column code text;

-- Subject "sync:<environment> <kind> <id in Intercom> <field>". What an erasure took the words of says nothing any more.
create function follow_sync_change() returns trigger language plpgsql as $$
declare
  of_subject text := 'sync:' || new.environment || ' ' || new.kind || ' ' || new.intercom_id || ' ' || new.field;
begin
  if new.state <> 'failed' then
    perform settle_failure(of_subject, case new.state when 'planned' then 'retrying' else 'resolved' end);
  elsif new.error is null then
    update failures set message = 'erased', state = case when state in ('open', 'retrying') then 'skipped' else state end
      where subject = of_subject;
  else
    perform note_failure(new.environment, new.written_to, coalesce(new.code, 'failed'), of_subject, null, new.error);
  end if;
  return null;
end $$;
create trigger sync_changes_fail after update of state, error on sync_changes for each row
  when (old.state is distinct from new.state or (new.state = 'failed' and new.error is null))
  execute function follow_sync_change();
