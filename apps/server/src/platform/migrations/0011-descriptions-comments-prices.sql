-- The words of the titles of projects: an index over the ledger, made when it is asked for.
CREATE TABLE content_title (
  project text PRIMARY KEY,
  number bigint NOT NULL,
  words tsvector NOT NULL
);
CREATE INDEX content_title_number ON content_title (number);
CREATE INDEX content_title_words ON content_title USING gin (words) WITH (fastupdate = off);

-- Descriptions of projects: the exact bytes of each version, by their hash. Which are in force the ledger says.
CREATE TABLE content_description (
  project text NOT NULL,
  sha256 text NOT NULL,
  -- Of the project, and what of the external id tells projects apart.
  number bigint NOT NULL,
  sector text NOT NULL,
  external_key text NOT NULL,
  bytes bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (project, sha256)
);
CREATE INDEX content_description_hash ON content_description (sha256);
CREATE INDEX content_description_sector ON content_description (sector, number);
CREATE INDEX content_description_external ON content_description (external_key);

-- External ids, one project each. A claim stands while the description in force has it, and while one is being written.
CREATE TABLE content_external_id (
  key text PRIMARY KEY,
  project text NOT NULL,
  claimed_at timestamptz NOT NULL,
  written boolean NOT NULL
);

-- A time in which a project is open to comments: from the entry by which it came into its state.
CREATE TABLE content_comment_round (
  project text NOT NULL,
  round bigint NOT NULL,
  state text NOT NULL,
  begins_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  -- How many comments count.
  comments integer NOT NULL DEFAULT 0,
  -- Of the bundle; from then on no comment comes in.
  sha256 text,
  bytes bytea,
  PRIMARY KEY (project, round),
  CHECK ((sha256 IS NULL) = (bytes IS NULL))
);
CREATE INDEX content_comment_round_hash ON content_comment_round (sha256) WHERE sha256 IS NOT NULL;

CREATE TABLE content_comment (
  id text PRIMARY KEY,
  project text NOT NULL,
  round bigint NOT NULL,
  -- Null until it is confirmed.
  number integer,
  -- Of whoever wants it to be shown, and until it is confirmed.
  name text,
  public_name boolean NOT NULL,
  -- Until it is confirmed.
  email text,
  language text NOT NULL,
  text text NOT NULL,
  -- What the bundle says of it, and the key of that.
  commitment text NOT NULL,
  key text NOT NULL,
  token_hash text UNIQUE,
  created_at timestamptz NOT NULL,
  confirmed_at timestamptz,
  hidden_reason text,
  hidden_at timestamptz,
  hidden_by text,
  answer text,
  answered_at timestamptz,
  answered_by text,
  UNIQUE (project, round, number),
  FOREIGN KEY (project, round) REFERENCES content_comment_round (project, round),
  CHECK ((number IS NULL) = (confirmed_at IS NULL)),
  CHECK (number IS NULL OR (email IS NULL AND token_hash IS NULL)),
  CHECK ((hidden_reason IS NULL) = (hidden_at IS NULL)),
  CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX content_comment_waiting ON content_comment (created_at) WHERE number IS NULL;

-- What each of both holders says of the price of a transfer. Nobody else is shown it.
CREATE TABLE content_price (
  movement text NOT NULL,
  organisation text NOT NULL,
  price jsonb,
  payment_state text NOT NULL CHECK (payment_state IN ('open', 'paid', 'disputed')),
  note text,
  said_at timestamptz NOT NULL,
  PRIMARY KEY (movement, organisation)
);
