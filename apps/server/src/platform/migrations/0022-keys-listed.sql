-- A key that ended is destroyed and can sign nothing. Only one that was misused is on the list of revoked ones, from here on.
ALTER TABLE content_signing_key ADD COLUMN misused_at timestamptz;
