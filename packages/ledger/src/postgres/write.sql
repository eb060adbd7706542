-- What a batch of entries changes, in one statement. The head row is locked already.
-- $1 size, $2 at, $38 turn · entries: $3 indexes, $4 types, $5 leaves and $6 bytes of all in a row, $7 where the bytes of each end · streams that grow: $8 ids, $9 revisions of the last entries, $10 indexes
-- rows: $11 kinds, $12 ids, $13 rows · keys: $14 ids, $15 indexes, $16 requests
-- balances: $17 accounts, $18 classes, $19 debits, $20 credits, $21 floors · lifted holds: $22
-- holds: $23 ids, $24 batches, $25 firsts, $26 lasts, $27 accounts, $28 reasons
-- named rows gone: $39 kinds, $40 ids · when the holds end: $41
-- runs gone: $29 spaces, $30 firsts · runs: $31 spaces, $32 firsts, $33 lasts, $34 batches, $35 classes, $36 accounts, $37 attributes
WITH head AS (
  UPDATE ledger_head SET size = $1::bigint, at = $2::text, turn = $38::text WHERE one = 1
), entries AS (
  INSERT INTO ledger_entry (index, type, leaf, bytes)
  SELECT e.index, e.type, substring($5::bytea FROM (32 * e.at - 31)::int FOR 32),
         substring($6::bytea FROM (1 + e.start)::int FOR e.stop - e.start)
    FROM (SELECT k.index, k.type, k.at, k.stop, coalesce(lag(k.stop) OVER (ORDER BY k.at), 0) AS start
            FROM unnest($3::bigint[], $4::text[], $7::int[]) WITH ORDINALITY AS k(index, type, stop, at)) e
), streams AS (
  INSERT INTO ledger_stream (id, revision, indexes)
  SELECT k.id, k.revision, k.indexes::bigint[] FROM unnest($8::text[], $9::bigint[], $10::text[]) AS k(id, revision, indexes)
), rows AS (
  INSERT INTO ledger_row (kind, id, row)
  SELECT * FROM unnest($11::text[], $12::text[], $13::jsonb[])
  ON CONFLICT (kind, id) DO UPDATE SET row = excluded.row
), keys AS (
  INSERT INTO ledger_key (id, index, request)
  SELECT * FROM unnest($14::text[], $15::bigint[], $16::text[])
), balances AS (
  INSERT INTO ledger_balance (account, class, debits, credits, floor)
  SELECT * FROM unnest($17::text[], $18::text[], $19::numeric[], $20::numeric[], $21::numeric[])
  ON CONFLICT (account, class) DO UPDATE SET debits = excluded.debits, credits = excluded.credits
), lifted AS (
  DELETE FROM ledger_hold WHERE id = ANY($22::text[])
), holds AS (
  INSERT INTO ledger_hold (id, batch, first, last, account, reason, expires_at)
  SELECT * FROM unnest($23::text[], $24::text[], $25::bigint[], $26::bigint[], $27::text[], $28::text[], $41::text[])
), ended AS (
  DELETE FROM ledger_row r USING unnest($39::text[], $40::text[]) AS k(kind, id)
   WHERE r.kind = k.kind AND r.id = k.id
), gone AS (
  DELETE FROM ledger_run r USING unnest($29::text[], $30::bigint[]) AS k(space, first)
   WHERE r.space = k.space AND r.first = k.first
)
INSERT INTO ledger_run (space, first, last, batch, class, account, attributes)
SELECT * FROM unnest($31::text[], $32::bigint[], $33::bigint[], $34::text[], $35::text[], $36::text[], $37::text[])
ON CONFLICT (space, first) DO UPDATE
  SET last = excluded.last, batch = excluded.batch, class = excluded.class, account = excluded.account,
      attributes = excluded.attributes
