-- Keys with which programs act for a user. Of the key itself only the SHA-256 is kept. A revoked key stays in the list.
CREATE TABLE content_api_key (
  id text PRIMARY KEY,
  key_hash text NOT NULL CHECK (key_hash ~ '^[0-9a-f]{64}$'),
  user_id text NOT NULL REFERENCES content_user ON DELETE CASCADE,
  mandate text NOT NULL REFERENCES content_mandate ON DELETE CASCADE,
  -- The mandate's, which never changes.
  organisation text NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
  -- Addresses and networks from which it may be used; none for anywhere.
  addresses text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > created_at AND expires_at <= created_at + interval '366 days'),
  -- The hour of its last use.
  used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX content_api_key_age ON content_api_key (created_at, id);
CREATE INDEX content_api_key_organisation ON content_api_key (organisation, created_at, id);
CREATE INDEX content_api_key_user ON content_api_key (user_id, created_at, id);
