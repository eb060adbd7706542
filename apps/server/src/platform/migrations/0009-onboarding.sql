-- What people say of themselves.
ALTER TABLE content_user ADD COLUMN phone text;

-- One organisation has a tax id, however that is written: the key has its letters and digits only.
ALTER TABLE content_organisation
  ADD COLUMN tax_key text,
  ADD COLUMN profile jsonb,
  -- What follows from its suspension was done.
  ADD COLUMN halted boolean NOT NULL DEFAULT false,
  ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
UPDATE content_organisation o SET tax_key = k.key
  FROM (SELECT DISTINCT ON (2) organisation, upper(regexp_replace(tax_id, '[^[:alnum:]]', '', 'g')) AS key
          FROM content_organisation WHERE tax_id ~ '[[:alnum:]]' ORDER BY 2, organisation) k
 WHERE k.organisation = o.organisation;
CREATE UNIQUE INDEX content_organisation_tax ON content_organisation (tax_key);

-- Who asks to be let in: with a new organisation, or into one. `deciding`: approved, and not all of it written yet.
CREATE TABLE content_registration (
  id text PRIMARY KEY,
  -- The organisation to join; of a new one the id that it will have.
  organisation text NOT NULL,
  is_new boolean NOT NULL,
  kind text,
  organisation_name text,
  tax_id text,
  contact jsonb,
  email text NOT NULL,
  name text NOT NULL,
  phone text,
  -- Null for the registry's own.
  language text,
  created_at timestamptz NOT NULL,
  -- Of the link that confirms the address; null once it did.
  token_hash text UNIQUE,
  status text NOT NULL CHECK (status IN ('unconfirmed', 'open', 'deciding', 'approved', 'rejected')),
  -- The decision, and the command that made it, so that its retry finds it.
  role text,
  "limit" text,
  decided_by text,
  decided_at timestamptz,
  reason text,
  key_sender text,
  key_id text,
  request_hash text,
  tries integer NOT NULL DEFAULT 0
);
CREATE INDEX content_registration_status ON content_registration (status, created_at, id);

-- How often something was tried of late, under keys that tell nobody what.
CREATE TABLE content_throttle (
  key text PRIMARY KEY,
  count integer NOT NULL,
  ends_at timestamptz NOT NULL
);
CREATE INDEX content_throttle_end ON content_throttle (ends_at);

-- Changes of roles. `begun`: a mandate is granted, and nobody's yet; `moved`: its holder acts under it, and the old one is
-- to be revoked; `done`; `dropped`: given up before the holder was moved.
CREATE TABLE content_role_change (
  mandate text PRIMARY KEY,
  old_mandate text NOT NULL,
  user_id text NOT NULL REFERENCES content_user ON DELETE CASCADE,
  by_mandate text NOT NULL,
  created_at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('begun', 'moved', 'done', 'dropped'))
);
CREATE INDEX content_role_change_open ON content_role_change (created_at) WHERE state IN ('begun', 'moved');
CREATE INDEX content_role_change_old ON content_role_change (old_mandate);

-- Pictures of organisations, public.
CREATE TABLE content_logo (
  organisation text PRIMARY KEY,
  media text NOT NULL CHECK (media IN ('image/png', 'image/jpeg')),
  bytes bytea NOT NULL
);
