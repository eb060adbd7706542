-- Everything that a batch of commands looks at, in one round trip.
-- $1 kinds, $2 ids: named rows · $3 streams · $4 keys · $5 balance accounts, $6 balance classes · $7 hold ids
-- $8 spaces, $9 firsts, $10 lasts: runs that overlap or touch · $11 batches, $12 accounts, $13 limits: lowest held runs
-- $14 targets of holds
SELECT
  (SELECT json_agg(json_build_array(r.kind, r.id, r.row))
     FROM unnest($1::text[], $2::text[]) AS k(kind, id) JOIN ledger_row r USING (kind, id)) AS rows,
  (SELECT json_agg(json_build_array(s.id, s.revision, s.leaf))
     FROM ledger_stream s WHERE s.id = ANY($3::text[])) AS streams,
  (SELECT json_agg(json_build_array(k.id, k.index, k.request))
     FROM ledger_key k WHERE k.id = ANY($4::text[])) AS keys,
  (SELECT json_agg(json_build_array(b.account, b.class, b.debits::text, b.credits::text, b.floor::text))
     FROM unnest($5::text[], $6::text[]) AS k(account, class) JOIN ledger_balance b USING (account, class)) AS balances,
  (SELECT json_agg(json_build_array(h.id, h.batch, h.first::text, h.last::text, h.account, h.reason))
     FROM ledger_hold h
    WHERE h.id = ANY($7::text[]) OR h.batch = ANY($14::text[]) OR h.account = ANY($14::text[])) AS holds,
  (SELECT json_agg(json_build_array(space, first::text, last::text, batch, class, account, attributes))
     FROM (
       -- One row before the range can reach into it or touch it: runs do not overlap.
       SELECT r.*
         FROM unnest($8::text[], $9::bigint[], $10::bigint[]) AS k(space, first, last)
         CROSS JOIN LATERAL (
           (SELECT * FROM ledger_run r WHERE r.space = k.space AND r.first < k.first ORDER BY r.first DESC LIMIT 1)
           UNION ALL
           (SELECT * FROM ledger_run r WHERE r.space = k.space AND r.first BETWEEN k.first AND k.last + 1)
         ) r
       UNION
       SELECT n.*
         FROM unnest($11::text[], $12::text[], $13::int[]) AS k(batch, account, most)
         CROSS JOIN LATERAL (
           SELECT r.space, r.first, r.last FROM ledger_run r
            WHERE r.batch = k.batch AND r.account = k.account
              AND NOT EXISTS (SELECT 1 FROM ledger_hold h
                               WHERE h.batch = r.batch AND h.first <= r.first AND h.last >= r.last)
            ORDER BY r.first LIMIT k.most
         ) held
         CROSS JOIN LATERAL (
           (SELECT * FROM ledger_run r WHERE r.space = held.space AND r.first <= held.first ORDER BY r.first DESC LIMIT 2)
           UNION ALL
           (SELECT * FROM ledger_run r WHERE r.space = held.space AND r.first = held.last + 1)
         ) n
     ) runs) AS runs
