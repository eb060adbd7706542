-- What lists and tasks ask of state rows: so that a page costs as much as it shows.

-- Projects by their number, in which order they were registered.
CREATE INDEX ledger_row_number ON ledger_row (((row ->> 'number')::bigint)) WHERE kind = 'project';
CREATE INDEX ledger_row_state_number ON ledger_row ((row ->> 'state'), ((row ->> 'number')::bigint))
 WHERE kind = 'project';
CREATE INDEX ledger_row_scope_number ON ledger_row ((row ->> 'scope'), ((row ->> 'number')::bigint))
 WHERE kind = 'project';
CREATE INDEX ledger_row_state_scope_number
    ON ledger_row ((row ->> 'state'), (row ->> 'scope'), ((row ->> 'number')::bigint)) WHERE kind = 'project';

-- Monitoring periods by their state, and since when they are in it; findings that are not closed.
CREATE INDEX ledger_row_period_state ON ledger_row ((row ->> 'state'), (row -> 'entered' ->> 'at'), id)
 WHERE kind = 'period';
CREATE INDEX ledger_row_finding_state ON ledger_row ((row ->> 'state'), id)
 WHERE kind = 'finding' AND row ->> 'state' <> 'closed';

CREATE INDEX ledger_row_role ON ledger_row ((row ->> 'role')) WHERE kind = 'mandate';
