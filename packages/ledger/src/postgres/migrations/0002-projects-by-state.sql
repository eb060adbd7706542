-- Projects by their state, and since when they are in it: what the clock has to look at.
CREATE INDEX ledger_row_state ON ledger_row ((row ->> 'state'), (row -> 'entered' ->> 'at'), id)
 WHERE kind = 'project';
