-- The same command may be sent again while it is under way: the last one to come takes a refused attempt back.
ALTER TABLE content_user
  ADD COLUMN tried_at timestamptz NOT NULL DEFAULT '-infinity',
  ADD COLUMN tries integer NOT NULL DEFAULT 1;
