-- What a batch of entries changes, in one statement: all of it if the head row holds the token on which it was decided, else
-- nothing. Answers a row if it was written.
-- head: $1 size, $2 at, $3 turn, $4 turn before · $5 the writer's clock, if it is to be compared, $6 how far it may be off, in ms
-- entries: $7 indexes, $8 types, $9 leaves and $10 bytes of all in a row, $11 where the bytes of each end
-- streams that grow: $12 ids, $13 revisions of the last entries, $14 indexes · keys: $15 ids, $16 indexes, $17 requests
-- named rows: $18 kinds, $19 ids, $20 rows · gone: $21 kinds, $22 ids
-- balances: $23 accounts, $24 classes, $25 debits, $26 credits, $27 floors
-- holds: $28 ids, $29 batches, $30 firsts, $31 lasts, $32 accounts, $33 reasons, $34 when they end · lifted: $35
-- runs gone: $36 spaces, $37 firsts · runs: $38 spaces, $39 firsts, $40 lasts, $41 batches, $42 classes, $43 accounts, $44 attributes
WITH head AS (
  UPDATE ledger_head SET size = $1::bigint, at = $2::text, turn = $3::text
   WHERE one = 1 AND turn = $4::text AND current_setting('synchronous_commit') = 'on'
     AND ($5::float8 IS NULL OR abs(extract(epoch FROM clock_timestamp()) * 1000 - $5::float8) <= $6::float8)
  RETURNING one
), entries AS (
  INSERT INTO ledger_entry (index, type, leaf, bytes)
  SELECT e.index, e.type, substring($9::bytea FROM (32 * e.at - 31)::int FOR 32),
         substring($10::bytea FROM (1 + e.start)::int FOR e.stop - e.start)
    FROM head, (SELECT k.index, k.type, k.at, k.stop, coalesce(lag(k.stop) OVER (ORDER BY k.at), 0) AS start
                  FROM unnest($7::bigint[], $8::text[], $11::int[]) WITH ORDINALITY AS k(index, type, stop, at)) e
), streams AS (
  INSERT INTO ledger_stream (id, revision, indexes)
  SELECT k.id, k.revision, k.indexes::bigint[]
    FROM head, unnest($12::text[], $13::bigint[], $14::text[]) AS k(id, revision, indexes)
), keys AS (
  INSERT INTO ledger_key (id, index, request)
  SELECT k.* FROM head, unnest($15::text[], $16::bigint[], $17::text[]) AS k
), rows AS (
  INSERT INTO ledger_row (kind, id, row)
  SELECT k.* FROM head, unnest($18::text[], $19::text[], $20::jsonb[]) AS k
  ON CONFLICT (kind, id) DO UPDATE SET row = excluded.row
), ended AS (
  DELETE FROM ledger_row r USING head, unnest($21::text[], $22::text[]) AS k(kind, id)
   WHERE r.kind = k.kind AND r.id = k.id
), balances AS (
  INSERT INTO ledger_balance (account, class, debits, credits, floor)
  SELECT k.* FROM head, unnest($23::text[], $24::text[], $25::numeric[], $26::numeric[], $27::numeric[]) AS k
  ON CONFLICT (account, class) DO UPDATE SET debits = excluded.debits, credits = excluded.credits
), holds AS (
  INSERT INTO ledger_hold (id, batch, first, last, account, reason, expires_at)
  SELECT k.* FROM head, unnest($28::text[], $29::text[], $30::bigint[], $31::bigint[], $32::text[], $33::text[], $34::text[]) AS k
), lifted AS (
  DELETE FROM ledger_hold h USING head WHERE h.id = ANY($35::text[])
), gone AS (
  DELETE FROM ledger_run r USING head, unnest($36::text[], $37::bigint[]) AS k(space, first)
   WHERE r.space = k.space AND r.first = k.first
), runs AS (
  INSERT INTO ledger_run (space, first, last, batch, class, account, attributes)
  SELECT k.*
    FROM head, unnest($38::text[], $39::bigint[], $40::bigint[], $41::text[], $42::text[], $43::text[], $44::text[]) AS k
  ON CONFLICT (space, first) DO UPDATE
    SET last = excluded.last, batch = excluded.batch, class = excluded.class, account = excluded.account,
        attributes = excluded.attributes
)
SELECT one FROM head
