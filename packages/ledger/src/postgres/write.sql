-- What a batch of entries changes, in one statement. The head row is locked already.
-- $1 size, $2 at, $40 turn · entries: $3 indexes, $4 types, $5 leaves, $6 bytes · stream entries: $7 streams, $8 revisions, $9 indexes
-- rows: $10 kinds, $11 ids, $12 rows · streams: $13 ids, $14 revisions, $15 leaves · keys: $16 ids, $17 indexes, $18 requests
-- balances: $19 accounts, $20 classes, $21 debits, $22 credits, $23 floors · lifted holds: $24
-- holds: $25 ids, $26 batches, $27 firsts, $28 lasts, $29 accounts, $30 reasons
-- holds: $43 when they end · named rows gone: $41 kinds, $42 ids
-- runs gone: $31 spaces, $32 firsts · runs: $33 spaces, $34 firsts, $35 lasts, $36 batches, $37 classes, $38 accounts, $39 attributes
WITH head AS (
  UPDATE ledger_head SET size = $1::bigint, at = $2::text, turn = $40::text WHERE one = 1
), entries AS (
  INSERT INTO ledger_entry (index, type, leaf, bytes)
  SELECT * FROM unnest($3::bigint[], $4::text[], $5::bytea[], $6::bytea[])
), stream_entries AS (
  INSERT INTO ledger_stream_entry (stream, revision, index)
  SELECT * FROM unnest($7::text[], $8::bigint[], $9::bigint[])
), rows AS (
  INSERT INTO ledger_row (kind, id, row)
  SELECT * FROM unnest($10::text[], $11::text[], $12::jsonb[])
  ON CONFLICT (kind, id) DO UPDATE SET row = excluded.row
), streams AS (
  INSERT INTO ledger_stream (id, revision, leaf)
  SELECT * FROM unnest($13::text[], $14::bigint[], $15::text[])
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, leaf = excluded.leaf
), keys AS (
  INSERT INTO ledger_key (id, index, request)
  SELECT * FROM unnest($16::text[], $17::bigint[], $18::text[])
), balances AS (
  INSERT INTO ledger_balance (account, class, debits, credits, floor)
  SELECT * FROM unnest($19::text[], $20::text[], $21::numeric[], $22::numeric[], $23::numeric[])
  ON CONFLICT (account, class) DO UPDATE SET debits = excluded.debits, credits = excluded.credits
), lifted AS (
  DELETE FROM ledger_hold WHERE id = ANY($24::text[])
), holds AS (
  INSERT INTO ledger_hold (id, batch, first, last, account, reason, expires_at)
  SELECT * FROM unnest($25::text[], $26::text[], $27::bigint[], $28::bigint[], $29::text[], $30::text[], $43::text[])
), ended AS (
  DELETE FROM ledger_row r USING unnest($41::text[], $42::text[]) AS k(kind, id)
   WHERE r.kind = k.kind AND r.id = k.id
), gone AS (
  DELETE FROM ledger_run r USING unnest($31::text[], $32::bigint[]) AS k(space, first)
   WHERE r.space = k.space AND r.first = k.first
)
INSERT INTO ledger_run (space, first, last, batch, class, account, attributes)
SELECT * FROM unnest($33::text[], $34::bigint[], $35::bigint[], $36::text[], $37::text[], $38::text[], $39::text[])
ON CONFLICT (space, first) DO UPDATE
  SET last = excluded.last, batch = excluded.batch, class = excluded.class, account = excluded.account,
      attributes = excluded.attributes
