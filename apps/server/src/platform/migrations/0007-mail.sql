-- How a person wants mail. Language: a tag such as 'fr'; null is the registry's own.
ALTER TABLE content_user
  ADD COLUMN language text,
  ADD COLUMN mail_essential_only boolean NOT NULL DEFAULT false,
  -- Stands in the unsubscribe link; made with the first mail that has one.
  ADD COLUMN mail_token text;
CREATE UNIQUE INDEX content_user_mail_token ON content_user (mail_token) WHERE mail_token IS NOT NULL;

-- The outbox: a mail is a row, there before anybody is told that the mail will come.
CREATE TABLE content_mail (
  -- Makes the Message-ID, which never changes.
  id text PRIMARY KEY,
  -- What brought it about: nothing brings about two.
  cause text NOT NULL UNIQUE,
  template text NOT NULL,
  essential boolean NOT NULL,
  language text NOT NULL,
  user_id text REFERENCES content_user ON DELETE CASCADE,
  email text NOT NULL,
  name text NOT NULL,
  params jsonb NOT NULL,
  -- Values that let somebody in, such as a sign-in link; gone once the mail is sent or given up.
  secrets jsonb,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'handing-over', 'sent', 'failed')),
  tries integer NOT NULL DEFAULT 0,
  -- When somebody may take it: not before its pause is over, nor while a mailer that lives has it.
  due_at timestamptz NOT NULL DEFAULT now(),
  -- The mailer that has it.
  claim text,
  -- How often nobody could tell whether it had been handed over.
  doubts integer NOT NULL DEFAULT 0,
  -- Why it was not sent: a code, never a text of the other side.
  reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- After this it is of no use.
  expires_at timestamptz,
  ended_at timestamptz,
  CHECK ((state IN ('sent', 'failed')) = (ended_at IS NOT NULL)),
  CHECK (ended_at IS NULL OR secrets IS NULL)
);
CREATE INDEX content_mail_due ON content_mail (essential DESC, due_at) WHERE state IN ('waiting', 'handing-over');
CREATE INDEX content_mail_ended ON content_mail (state, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX content_mail_user ON content_mail (user_id);

-- The next entry of the log of which people are to be told.
CREATE TABLE content_mail_feed (
  one smallint PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  next bigint NOT NULL
);

-- The status of a proposal of which people were told last.
ALTER TABLE content_proposal ADD COLUMN told text NOT NULL DEFAULT '';
UPDATE content_proposal SET told = status;
CREATE INDEX content_proposal_told ON content_proposal (created_at, id) WHERE told <> status;
