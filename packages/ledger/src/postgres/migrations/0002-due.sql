-- What ends by itself, by when it does. Rows without an end are in neither index, so movements of units do not pay for them;
-- holds of movements and pledges, which have a slash in their id, end with those.
CREATE INDEX ledger_row_due ON ledger_row (kind, (row ->> 'expiresAt'), id)
 WHERE kind IN ('pending', 'pledge') AND row ->> 'expiresAt' IS NOT NULL;
CREATE INDEX ledger_hold_due ON ledger_hold (expires_at, id) WHERE expires_at IS NOT NULL AND id NOT LIKE '%/%';
