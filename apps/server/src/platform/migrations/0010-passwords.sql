-- When the user was sent a first way in: once, whoever makes him, and however often that is tried. Who was here before this
-- column was; Root is let in by whoever starts the server, until people have passwords.
ALTER TABLE content_user ADD COLUMN invited_at timestamptz;
UPDATE content_user SET invited_at = created_at WHERE id NOT IN (SELECT user_id FROM content_root);

CREATE TABLE content_password (
  user_id text PRIMARY KEY REFERENCES content_user ON DELETE CASCADE,
  -- How it was hashed, with what parameters and salt, and the digest; with dollars between.
  hash text NOT NULL,
  set_at timestamptz NOT NULL,
  -- A temporary password is good until then, and for choosing another only.
  temporary_until timestamptz
);

-- What a one-time link is good for.
ALTER TABLE content_sign_in_link
  ADD COLUMN purpose text NOT NULL DEFAULT 'sign-in' CHECK (purpose IN ('sign-in', 'password'));

-- Opened with a temporary password: it does nothing but choose another.
ALTER TABLE content_session ADD COLUMN restricted boolean NOT NULL DEFAULT false;
