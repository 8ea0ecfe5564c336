-- Times of an audit's report carry an interval. What was counted before has none: its conversations are not kept.
update audits set report = jsonb_set(
  report, '{response}',
  report->'response' || jsonb_build_object(
    'p50Ms', jsonb_build_object('value', report->'response'->'p50Ms', 'low', null, 'high', null),
    'p90Ms', jsonb_build_object('value', report->'response'->'p90Ms', 'low', null, 'high', null)))
where report is not null;
update audits set report = jsonb_set(
  report, '{records}',
  report->'records' || jsonb_build_object(
    'p50Ms', jsonb_build_object('value', report->'records'->'p50Ms', 'low', null, 'high', null),
    'p90Ms', jsonb_build_object('value', report->'records'->'p90Ms', 'low', null, 'high', null)))
where jsonb_typeof(report->'records') = 'object';
