-- Everything that a batch of commands looks at, in one round trip.
-- $1 kinds, $2 ids: named rows · $3 streams · $4 keys · $5 balance accounts, $6 balance classes · $7 hold ids
-- $8 spaces, $9 firsts, $10 lasts, $11 limits: runs that overlap or touch, lowest first
-- $12 batches, $13 accounts, $14 serials, $15 limits: pages of an account's runs in a batch, from a serial on
-- $16 targets of holds
WITH page AS (
  SELECT k.at, held.space, held.first, held.last
    FROM unnest($12::text[], $13::text[], $14::bigint[], $15::int[])
         WITH ORDINALITY AS k(batch, account, serial, most, at)
   CROSS JOIN LATERAL (
     SELECT r.space, r.first, r.last FROM ledger_run r
      WHERE r.batch = k.batch AND r.account = k.account
        -- The run before the serial may reach over it.
        AND r.first >= coalesce((SELECT max(b.first) FROM ledger_run b
                                  WHERE b.batch = k.batch AND b.account = k.account AND b.first <= k.serial), 0)
      ORDER BY r.first LIMIT k.most
   ) held
)
SELECT
  (SELECT json_agg(json_build_array(r.kind, r.id, r.row))
     FROM unnest($1::text[], $2::text[]) AS k(kind, id) JOIN ledger_row r USING (kind, id)) AS rows,
  (SELECT json_agg(json_build_array(s.id, s.revision, s.leaf))
     FROM ledger_stream s WHERE s.id = ANY($3::text[])) AS streams,
  (SELECT json_agg(json_build_array(k.id, k.index, k.request, encode(e.leaf, 'hex')))
     FROM ledger_key k JOIN ledger_entry e USING (index) WHERE k.id = ANY($4::text[])) AS keys,
  (SELECT json_agg(json_build_array(b.account, b.class, b.debits::text, b.credits::text, b.floor::text))
     FROM unnest($5::text[], $6::text[]) AS k(account, class) JOIN ledger_balance b USING (account, class)) AS balances,
  (SELECT json_agg(json_build_array(h.id, h.batch, h.first::text, h.last::text, h.account, h.reason,
                                   h.expires_at))
     FROM ledger_hold h
    WHERE h.id = ANY($7::text[]) OR h.batch = ANY($16::text[]) OR h.account = ANY($16::text[])) AS holds,
  (SELECT json_agg(json_build_array(at, runs, last::text))
     FROM (SELECT at, count(*) AS runs, max(last) AS last FROM page GROUP BY at) pages) AS pages,
  (SELECT json_agg(json_build_array(space, first::text, last::text, batch, class, account, attributes))
     FROM (
       -- One row before the range can reach into it or touch it: runs do not overlap.
       SELECT r.*
         FROM unnest($8::text[], $9::bigint[], $10::bigint[], $11::int[]) AS k(space, first, last, most)
         CROSS JOIN LATERAL (
           (SELECT * FROM ledger_run r WHERE r.space = k.space AND r.first < k.first ORDER BY r.first DESC LIMIT 1)
           UNION ALL
           -- One more than may lie inside: the run that touches the end.
           (SELECT * FROM ledger_run r WHERE r.space = k.space AND r.first BETWEEN k.first AND k.last + 1
             ORDER BY r.first LIMIT k.most + 1)
         ) r
       UNION
       SELECT n.*
         FROM page
         CROSS JOIN LATERAL (
           (SELECT * FROM ledger_run r WHERE r.space = page.space AND r.first <= page.first ORDER BY r.first DESC LIMIT 2)
           UNION ALL
           (SELECT * FROM ledger_run r WHERE r.space = page.space AND r.first = page.last + 1)
         ) n
     ) runs) AS runs
