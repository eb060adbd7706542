-- Everything that a batch of commands looks at, in one round trip.
-- $1 kinds, $2 ids: named rows · $3 streams · $4 keys · $5 balance accounts, $6 balance classes · $7 hold ids
-- $8 spaces, $9 firsts, $10 lasts, $11 limits: runs that overlap or touch, lowest first
-- $12 spaces, $13 accounts, $14 first and $16 last serials of a batch, $15 serials, $17 quantities, $18 limits: pages of an
-- account's runs in a batch, from a serial on, as many as may make up a quantity
-- $19 targets of holds
-- The token of the head row is of the same snapshot as all the rest.
WITH page AS (
  SELECT k.at, k.most, held.space, held.first, held.last, held.looked
    FROM unnest($12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::int[])
         WITH ORDINALITY AS k(space, account, start, serial, stop, quantity, most, at)
   CROSS JOIN LATERAL (
     SELECT space, first, last, looked
       FROM (SELECT lowest.*, count(*) OVER () AS looked,
                    sum(last - first + 1) OVER (ORDER BY first ROWS UNBOUNDED PRECEDING) - (last - first + 1) AS before
               FROM (SELECT r.space, r.first, r.last FROM ledger_run r
                      WHERE r.account = k.account AND r.space = k.space AND r.first <= k.stop AND r.last >= k.serial
                        -- The run before the serial may reach over it.
                        AND r.first >= coalesce((SELECT b.first FROM ledger_run b
                              WHERE b.account = k.account AND b.space = k.space AND b.first BETWEEN k.start AND k.serial
                              ORDER BY b.first DESC LIMIT 1), k.start)
                      ORDER BY r.first LIMIT k.most) lowest) summed
      WHERE before < k.quantity
   ) held
)
SELECT
  (SELECT turn FROM ledger_head WHERE one = 1) AS turn,
  (SELECT json_agg(json_build_array(r.kind, r.id, r.row))
     FROM unnest($1::text[], $2::text[]) AS k(kind, id) JOIN ledger_row r USING (kind, id)) AS rows,
  (SELECT json_agg(json_build_array(k.id, s.revision, encode(e.leaf, 'hex')))
     FROM unnest($3::text[]) AS k(id)
     CROSS JOIN LATERAL (SELECT revision, indexes[cardinality(indexes)] AS index FROM ledger_stream
                          WHERE id = k.id ORDER BY revision DESC LIMIT 1) s
     JOIN ledger_entry e ON e.index = s.index) AS streams,
  (SELECT json_agg(json_build_array(k.id, k.index, k.request, encode(e.leaf, 'hex')))
     FROM ledger_key k JOIN ledger_entry e USING (index) WHERE k.id = ANY($4::text[])) AS keys,
  (SELECT json_agg(json_build_array(b.account, b.class, b.debits::text, b.credits::text, b.floor::text))
     FROM unnest($5::text[], $6::text[]) AS k(account, class) JOIN ledger_balance b USING (account, class)) AS balances,
  (SELECT json_agg(json_build_array(h.id, h.batch, h.first::text, h.last::text, h.account, h.reason,
                                   h.expires_at))
     FROM ledger_hold h
    WHERE h.id = ANY($7::text[]) OR h.batch = ANY($19::text[]) OR h.account = ANY($19::text[])) AS holds,
  (SELECT json_agg(json_build_array(at, last::text, whole))
     FROM (SELECT at, max(last) AS last, count(*) = max(looked) AND max(looked) < max(most) AS whole
             FROM page GROUP BY at) pages) AS pages,
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
