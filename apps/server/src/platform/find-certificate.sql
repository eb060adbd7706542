-- The entry of certificate $1. Certificate numbers ascend with the index of their entries, so the place is halved until
-- it is found: each step looks at the first end of units at or after the middle.
WITH RECURSIVE search(low, high, found) AS (
  SELECT 0::bigint, size, NULL::bigint FROM ledger_head WHERE one = 1
  UNION ALL
  SELECT CASE WHEN e.certificate < $1 THEN e.index + 1 ELSE s.low END,
         CASE WHEN e.certificate < $1 THEN s.high ELSE (s.low + s.high) / 2 END,
         CASE WHEN e.certificate = $1 THEN e.index END
    FROM search s
    LEFT JOIN LATERAL (
      SELECT n.index, (convert_from(n.bytes, 'UTF8')::json #>> '{body,allotted,certificate}')::bigint AS certificate
        FROM (
          (SELECT index, bytes FROM ledger_entry
            WHERE type = 'CreditsRetired' AND index >= (s.low + s.high) / 2 AND index < s.high ORDER BY index LIMIT 1)
          UNION ALL
          (SELECT index, bytes FROM ledger_entry
            WHERE type = 'CreditsCancelled' AND index >= (s.low + s.high) / 2 AND index < s.high ORDER BY index LIMIT 1)
        ) n
       ORDER BY n.index LIMIT 1
    ) e ON true
   WHERE s.found IS NULL AND s.low < s.high
)
SELECT e.index, e.leaf, e.bytes FROM search JOIN ledger_entry e ON e.index = search.found
