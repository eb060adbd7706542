-- Codes by mail with which somebody who is signed in shows once more who he is; one for each thing that they are good for.
CREATE TABLE content_signing_code (
  user_id text NOT NULL REFERENCES content_user ON DELETE CASCADE,
  -- SHA-256 of a document, or `key`.
  about text NOT NULL,
  -- A keyed hash of the code.
  code text NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, about)
);

-- Leave to sign one place on one version of a document, once: after a password or a code, or against the answer of an
-- authenticator to `nonce`.
CREATE TABLE content_signing_permit (
  -- Hash of a secret that the person has, or the id of a challenge.
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES content_user ON DELETE CASCADE,
  level text NOT NULL CHECK (level IN ('SES', 'AES')),
  -- Project, period, document, version, hash and slot.
  target jsonb NOT NULL,
  statement text NOT NULL,
  language text NOT NULL,
  -- By what somebody has shown who he is; or what the authenticator's challenge was made of.
  proof text NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX content_signing_permit_end ON content_signing_permit (expires_at);

-- How a document was signed: canonical JSON, whose SHA-256 is in the ledger. Erasing one forgets who it was.
CREATE TABLE content_signature (
  evidence text PRIMARY KEY,
  record bytea NOT NULL,
  -- Of an advanced signature: the PDF with it and with those before it.
  pdf bytea,
  created_at timestamptz NOT NULL
);

-- Whose turn it is to put a signature into the PDF of a document.
CREATE TABLE content_signing_turn (
  about text PRIMARY KEY,
  holder text NOT NULL,
  ends_at timestamptz NOT NULL
);

-- The registry's authority, which vouches for the keys of its people. The private key is sealed.
CREATE TABLE content_signing_authority (
  one smallint PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  certificate bytea NOT NULL,
  private_key bytea NOT NULL
);

-- Keys of people, sealed, each with the authenticator that unlocks it.
CREATE TABLE content_signing_key (
  id text PRIMARY KEY,
  user_id text REFERENCES content_user ON DELETE SET NULL,
  name text NOT NULL,
  serial text NOT NULL UNIQUE,
  certificate bytea NOT NULL,
  private_key bytea,
  credential text NOT NULL,
  public_key bytea NOT NULL,
  counter bigint NOT NULL,
  valid_from timestamptz NOT NULL,
  valid_to timestamptz NOT NULL,
  revoked_at timestamptz,
  -- Nobody signs with a key that was revoked.
  CHECK ((revoked_at IS NULL) = (private_key IS NOT NULL))
);
CREATE UNIQUE INDEX content_signing_key_user ON content_signing_key (user_id) WHERE revoked_at IS NULL;

-- What an authenticator is to answer when somebody gets a key.
CREATE TABLE content_signing_enrolment (
  user_id text PRIMARY KEY REFERENCES content_user ON DELETE CASCADE,
  challenge text NOT NULL,
  expires_at timestamptz NOT NULL
);
