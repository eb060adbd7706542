-- What a batch of entries changes, in one statement. The head row is locked already.
-- $1 size, $2 at, $41 turn · entries: $3 indexes, $4 types, $5 leaves and $6 bytes of all in a row, $7 where the bytes of each end · stream entries: $8 streams, $9 revisions, $10 indexes
-- rows: $11 kinds, $12 ids, $13 rows · streams: $14 ids, $15 revisions, $16 leaves · keys: $17 ids, $18 indexes, $19 requests
-- balances: $20 accounts, $21 classes, $22 debits, $23 credits, $24 floors · lifted holds: $25
-- holds: $26 ids, $27 batches, $28 firsts, $29 lasts, $30 accounts, $31 reasons
-- named rows gone: $42 kinds, $43 ids · when the holds end: $44
-- runs gone: $32 spaces, $33 firsts · runs: $34 spaces, $35 firsts, $36 lasts, $37 batches, $38 classes, $39 accounts, $40 attributes
WITH head AS (
  UPDATE ledger_head SET size = $1::bigint, at = $2::text, turn = $41::text WHERE one = 1
), entries AS (
  INSERT INTO ledger_entry (index, type, leaf, bytes)
  SELECT e.index, e.type, substring($5::bytea FROM (32 * e.at - 31)::int FOR 32),
         substring($6::bytea FROM (1 + e.start)::int FOR e.stop - e.start)
    FROM (SELECT k.index, k.type, k.at, k.stop, coalesce(lag(k.stop) OVER (ORDER BY k.at), 0) AS start
            FROM unnest($3::bigint[], $4::text[], $7::int[]) WITH ORDINALITY AS k(index, type, stop, at)) e
), stream_entries AS (
  INSERT INTO ledger_stream_entry (stream, revision, index)
  SELECT * FROM unnest($8::text[], $9::bigint[], $10::bigint[])
), rows AS (
  INSERT INTO ledger_row (kind, id, row)
  SELECT * FROM unnest($11::text[], $12::text[], $13::jsonb[])
  ON CONFLICT (kind, id) DO UPDATE SET row = excluded.row
), streams AS (
  INSERT INTO ledger_stream (id, revision, leaf)
  SELECT * FROM unnest($14::text[], $15::bigint[], $16::text[])
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, leaf = excluded.leaf
), keys AS (
  INSERT INTO ledger_key (id, index, request)
  SELECT * FROM unnest($17::text[], $18::bigint[], $19::text[])
), balances AS (
  INSERT INTO ledger_balance (account, class, debits, credits, floor)
  SELECT * FROM unnest($20::text[], $21::text[], $22::numeric[], $23::numeric[], $24::numeric[])
  ON CONFLICT (account, class) DO UPDATE SET debits = excluded.debits, credits = excluded.credits
), lifted AS (
  DELETE FROM ledger_hold WHERE id = ANY($25::text[])
), holds AS (
  INSERT INTO ledger_hold (id, batch, first, last, account, reason, expires_at)
  SELECT * FROM unnest($26::text[], $27::text[], $28::bigint[], $29::bigint[], $30::text[], $31::text[], $44::text[])
), ended AS (
  DELETE FROM ledger_row r USING unnest($42::text[], $43::text[]) AS k(kind, id)
   WHERE r.kind = k.kind AND r.id = k.id
), gone AS (
  DELETE FROM ledger_run r USING unnest($32::text[], $33::bigint[]) AS k(space, first)
   WHERE r.space = k.space AND r.first = k.first
)
INSERT INTO ledger_run (space, first, last, batch, class, account, attributes)
SELECT * FROM unnest($34::text[], $35::bigint[], $36::bigint[], $37::text[], $38::text[], $39::text[], $40::text[])
ON CONFLICT (space, first) DO UPDATE
  SET last = excluded.last, batch = excluded.batch, class = excluded.class, account = excluded.account,
      attributes = excluded.attributes
