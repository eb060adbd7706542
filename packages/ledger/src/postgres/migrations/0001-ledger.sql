-- The ledger: one append-only log and the state rows that it makes.
-- Tables, keys, CHECK and row locks only, so that it also runs on distributed engines that speak PostgreSQL.

-- The row that is locked to enter the lane.
CREATE TABLE ledger_head (
  one smallint PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  size bigint NOT NULL CHECK (size >= 0),
  at text NOT NULL,
  -- Random token of the group that wrote last: by it a process tells whether what it knows still holds.
  turn text NOT NULL DEFAULT ''
) WITH (fillfactor = 10);
INSERT INTO ledger_head (size, at) VALUES (0, '');

CREATE TABLE ledger_entry (
  index bigint PRIMARY KEY,
  type text NOT NULL,
  leaf bytea NOT NULL CHECK (length(leaf) = 32),
  bytes bytea NOT NULL CHECK (length(bytes) <= 16384)
);
CREATE INDEX ledger_entry_type ON ledger_entry (type, index);

-- Which entries make a stream: a row for each writing in which it grew, with the revision of the last entry.
CREATE TABLE ledger_stream (
  id text NOT NULL,
  revision bigint NOT NULL,
  indexes bigint[] NOT NULL,
  PRIMARY KEY (id, revision),
  CHECK (cardinality(indexes) BETWEEN 1 AND revision)
);

-- State rows of named things: ledger, organisation, mandate, account, project, authorisation, batch, space, registry,
-- foreign. Counted things have tables of their own below.
CREATE TABLE ledger_row (
  kind text NOT NULL,
  id text NOT NULL,
  row jsonb NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX ledger_row_id ON ledger_row (id);
CREATE INDEX ledger_row_organisation ON ledger_row (kind, (row ->> 'organisation')) WHERE row ? 'organisation';
CREATE INDEX ledger_row_project ON ledger_row (kind, (row ->> 'project')) WHERE row ? 'project';
-- What ends by itself, by when it does. Rows without an end are not in it, so movements of units do not pay for it; holds of
-- movements and pledges, which have a slash in their id, end with those.
CREATE INDEX ledger_row_due ON ledger_row (kind, (row ->> 'expiresAt'), id)
 WHERE kind IN ('pending', 'pledge') AND row ->> 'expiresAt' IS NOT NULL;

-- Idempotency keys: the HMAC that stands in the log, and the hash of what was asked under it.
CREATE TABLE ledger_key (
  id text PRIMARY KEY,
  index bigint NOT NULL,
  request text NOT NULL
);

-- Every account has debits and credits that only grow, and a floor. Pages of rows that change with every entry have room
-- for the next version, so that no index need change.
CREATE TABLE ledger_balance (
  account text NOT NULL,
  class text NOT NULL,
  debits numeric(30, 0) NOT NULL CHECK (debits >= 0),
  credits numeric(30, 0) NOT NULL CHECK (credits >= 0),
  floor numeric(30, 0),
  PRIMARY KEY (account, class),
  CHECK (floor IS NULL OR credits - debits >= floor)
) WITH (fillfactor = 50);

-- Maximal runs of serials with one owner. The neighbours are checked in the lane.
CREATE TABLE ledger_run (
  space text NOT NULL,
  first bigint NOT NULL CHECK (first >= 0),
  last bigint NOT NULL CHECK (last <= 999999999999999),
  batch text NOT NULL,
  class text NOT NULL,
  account text NOT NULL,
  attributes text NOT NULL,
  PRIMARY KEY (space, first),
  CHECK (first <= last)
);
CREATE INDEX ledger_run_account ON ledger_run (account, space, first);
-- Units that have ITMO numbers, by series (cooperative approach and vintage) and number: serial plus offset.
CREATE INDEX ledger_run_itmo ON ledger_run (
  substring(attributes FROM 'itmo:(CA[0-9]{4}):'),
  split_part(class, '/', 2),
  (first + substring(attributes FROM 'itmo:CA[0-9]{4}:(-?[0-9]+)')::bigint)
) WHERE attributes LIKE '%itmo:%';

CREATE TABLE ledger_hold (
  id text PRIMARY KEY,
  batch text,
  first bigint,
  last bigint,
  account text,
  reason text NOT NULL,
  expires_at text,
  CHECK ((batch IS NULL) <> (account IS NULL)),
  CHECK ((first IS NULL) = (last IS NULL) AND (first IS NULL OR (batch IS NOT NULL AND first <= last)))
);
CREATE INDEX ledger_hold_batch ON ledger_hold (batch) WHERE batch IS NOT NULL;
CREATE INDEX ledger_hold_account ON ledger_hold (account) WHERE account IS NOT NULL;
CREATE INDEX ledger_hold_due ON ledger_hold (expires_at, id) WHERE expires_at IS NOT NULL AND id NOT LIKE '%/%';

-- Documents adopted by entries, published under content/<sha256>.
CREATE TABLE ledger_document (
  sha256 text PRIMARY KEY,
  bytes bytea NOT NULL
);

-- What never leaves: the secret under which idempotency keys enter the log.
CREATE TABLE ledger_secret (
  name text PRIMARY KEY,
  value bytea NOT NULL
);

-- Hashes of complete subtrees of 256^level leaves; level 0 is ledger_entry.leaf.
CREATE TABLE ledger_node (
  level smallint NOT NULL CHECK (level >= 1),
  index bigint NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, index)
);
CREATE TABLE ledger_integrated (
  one smallint PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  size bigint NOT NULL,
  root text NOT NULL
);
CREATE TABLE ledger_checkpoint (
  size bigint PRIMARY KEY,
  root text NOT NULL,
  at text NOT NULL,
  note text NOT NULL
);
