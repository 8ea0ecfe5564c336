/**
 * The three things DBOS does for every step and every end of a run, each in one trip to PostgreSQL. DBOS 5.3.0 looks up
 * a step in two statements and records a step, or a run's end, in a transaction of four; on one machine those trips are
 * most of what a run costs. The statements here say the same in one, which is a transaction of its own. Whatever is out
 * of the ordinary is left to DBOS's own methods.
 */
import { Error as DbosErrors } from "@dbos-inc/dbos-sdk";
import { currentOwnerXid } from "@dbos-inc/dbos-sdk/internal/context";
import { SystemDatabase, withDbRetry } from "@dbos-inc/dbos-sdk/internal/system_database";

/** A step as recorded, and whether its run was cancelled. No row: the run is unknown. */
export const FIND_STEP = `
  select s.status, o.workflow_uuid as recorded, o.output, o.error, o.child_workflow_id, o.function_name, o.serialization
    from dbos.workflow_status s
    left join dbos.operation_outputs o on o.workflow_uuid = s.workflow_uuid and o.function_id = $2
   where s.workflow_uuid = $1`;

/**
 * Records a step while its run still belongs to this execution: the row lock holds until the commit, so that no
 * hand-over lands in between. A step that is recorded already keeps its record; its completion time tells.
 */
export const RECORD_STEP = `
  with owner as (select owner_xid from dbos.workflow_status where workflow_uuid = $1 for no key update),
  written as (
    insert into dbos.operation_outputs
      (workflow_uuid, function_id, output, error, function_name, child_workflow_id, started_at_epoch_ms,
       completed_at_epoch_ms, serialization, application_name, retention_timestamp)
    select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (extract(epoch from now()) * 1000)::bigint
      from owner where owner.owner_xid = $11
    on conflict (workflow_uuid, function_id) do update
      set completed_at_epoch_ms = operation_outputs.completed_at_epoch_ms
    returning completed_at_epoch_ms)
  select completed_at_epoch_ms::text as completed from written`;

/** Ends a run that is still going and still this execution's, and keeps its outcome. The row count tells whether it was. */
export const RECORD_END = `
  with ended as (
    update dbos.workflow_status
       set status = $2, updated_at = (extract(epoch from now()) * 1000)::bigint, deduplication_id = null,
           completed_at = (extract(epoch from now()) * 1000)::bigint, owner_xid = null
     where workflow_uuid = $1 and status = 'PENDING' and owner_xid = $3
    returning workflow_uuid)
  insert into dbos.workflow_output (workflow_uuid, output, error)
  select workflow_uuid, $4, $5 from ended
  on conflict (workflow_uuid) do update set output = excluded.output, error = excluded.error`;

interface StepRow {
  readonly status: string;
  readonly recorded: string | null;
  readonly output: string | null;
  readonly error: string | null;
  readonly child_workflow_id: string | null;
  readonly function_name: string;
  readonly serialization: string | null;
}

let saved = false;

/** Makes DBOS take these ways in this process; a second call changes nothing. */
export function saveTrips(): void {
  if (saved) return;
  saved = true;
  saveFindingTrip();
  saveRecordingTrips();
  saveEndingTrips();
}

/** DBOS's own method, for what is out of the ordinary; called with the database as `this`. */
function dbosOwn<Name extends keyof SystemDatabase>(name: Name): SystemDatabase[Name] {
  return SystemDatabase.prototype[name];
}

function saveFindingTrip(): void {
  const whole = dbosOwn("getOperationResultAndThrowIfCancelled");
  SystemDatabase.prototype.getOperationResultAndThrowIfCancelled = async function findStep(runId, step) {
    const { rows } = await withDbRetry(() => this.pool.query<StepRow>(FIND_STEP, [runId, step]));
    const [row] = rows;
    if (row === undefined) return whole.call(this, runId, step);
    if (row.status === "CANCELLED") throw new DbosErrors.DBOSWorkflowCancelledError(runId);
    if (row.recorded === null) return undefined;
    const { output, error, serialization } = row;
    return {
      output,
      error,
      childWorkflowID: row.child_workflow_id,
      functionName: row.function_name,
      serialization,
    };
  };
}

function saveRecordingTrips(): void {
  const whole = dbosOwn("recordOperationResult");
  SystemDatabase.prototype.recordOperationResult = async function recordStep(...args) {
    const [runId, step, name, , startedAt, completedAt, options = {}] = args;
    const owner = currentOwnerXid(runId);
    if (owner === undefined) return whole.apply(this, args);
    const { output = null, error = null, childWorkflowID = null, serialization = null } = options;
    const values = [runId, step, output, error, name, childWorkflowID, startedAt, completedAt, serialization];
    const { rows } = await withDbRetry(() =>
      this.pool.query<{ completed: string }>(RECORD_STEP, [...values, this.appName ?? null, owner]),
    );
    // Not ours any more, or recorded by somebody else: DBOS knows what to throw.
    if (Number(rows[0]?.completed) !== completedAt) return whole.apply(this, args);
  };
}

function saveEndingTrips(): void {
  const end = async (
    database: SystemDatabase,
    runId: string,
    values: readonly [
      status: "SUCCESS" | "ERROR",
      owner: string,
      output: string | null,
      error: string | null,
    ],
  ): Promise<boolean> => {
    const { rowCount } = await withDbRetry(() => database.pool.query(RECORD_END, [runId, ...values]));
    return rowCount === 1;
  };
  const wholeOutput = dbosOwn("recordWorkflowOutput");
  SystemDatabase.prototype.recordWorkflowOutput = async function recordOutput(runId, status, ownerXid) {
    const owner = ownerXid ?? currentOwnerXid(runId);
    if (owner === undefined) return wholeOutput.call(this, runId, status, ownerXid);
    return end(this, runId, ["SUCCESS", owner, status.output ?? null, null]);
  };
  const wholeError = dbosOwn("recordWorkflowError");
  SystemDatabase.prototype.recordWorkflowError = async function recordError(runId, status, ownerXid) {
    const owner = ownerXid ?? currentOwnerXid(runId);
    if (owner === undefined) return wholeError.call(this, runId, status, ownerXid);
    return end(this, runId, ["ERROR", owner, null, status.error ?? null]);
  };
}
