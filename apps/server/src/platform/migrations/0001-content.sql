-- The content store: primary, private, erasable. Nothing here is read by a decision.

-- Texts and keys behind commitments.
CREATE TABLE content_opening (
  commitment text PRIMARY KEY,
  key text NOT NULL,
  value jsonb NOT NULL
);

-- People. A user exists once the ledger knows the mandate; a row without one is an attempt that did not get there.
CREATE TABLE content_user (
  id text PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- The command that made the user, so that its retry finds him.
  key_sender text NOT NULL,
  key_id text NOT NULL
);
CREATE UNIQUE INDEX content_user_email ON content_user (lower(email)) WHERE ended_at IS NULL;
CREATE INDEX content_user_age ON content_user (created_at, id) WHERE ended_at IS NULL;

-- Who holds a mandate. Organisation and role are in the ledger.
CREATE TABLE content_mandate (
  mandate text PRIMARY KEY,
  user_id text NOT NULL REFERENCES content_user ON DELETE CASCADE
);
CREATE INDEX content_mandate_user ON content_mandate (user_id);

-- One-time links; a used one is gone.
CREATE TABLE content_sign_in_link (
  token_hash text PRIMARY KEY,
  user_id text NOT NULL REFERENCES content_user ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);
CREATE INDEX content_sign_in_link_user ON content_sign_in_link (user_id);

CREATE TABLE content_session (
  token_hash text PRIMARY KEY,
  user_id text NOT NULL REFERENCES content_user ON DELETE CASCADE,
  mandate text NOT NULL REFERENCES content_mandate ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX content_session_user ON content_session (user_id);

-- What is known of an organisation besides its name, which is an opening. Not public.
CREATE TABLE content_organisation (
  organisation text PRIMARY KEY,
  tax_id text,
  contact jsonb
);

-- Commands that wait for approval.
CREATE TABLE content_proposal (
  id text PRIMARY KEY,
  type text NOT NULL,
  by_mandate text NOT NULL,
  created_by text NOT NULL,
  request jsonb NOT NULL,
  key_sender text NOT NULL,
  key_id text NOT NULL,
  request_hash text NOT NULL,
  proposal_hash text NOT NULL,
  created_at timestamptz NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'accepted', 'refused', 'withdrawn')),
  UNIQUE (key_sender, key_id)
);
CREATE INDEX content_proposal_status ON content_proposal (status, created_at, id);

-- Idempotency keys of commands that leave the ledger alone.
CREATE TABLE content_command_key (
  sender text NOT NULL,
  id text NOT NULL,
  request_hash text NOT NULL,
  answer jsonb,
  PRIMARY KEY (sender, id)
);

-- The one Root user.
CREATE TABLE content_root (
  one smallint PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  user_id text NOT NULL REFERENCES content_user
);
