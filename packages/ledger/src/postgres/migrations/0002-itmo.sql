-- Units that have ITMO numbers, by series (cooperative approach and vintage) and number: serial plus offset.
CREATE INDEX ledger_run_itmo ON ledger_run (
  substring(attributes FROM 'itmo:(CA[0-9]{4}):'),
  split_part(class, '/', 2),
  (first + substring(attributes FROM 'itmo:CA[0-9]{4}:(-?[0-9]+)')::bigint)
) WHERE attributes LIKE '%itmo:%';
