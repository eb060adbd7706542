-- How a person wants what asks nothing of him: at once, gathered into one mail an hour or a day, or never.
ALTER TABLE content_user
  ADD COLUMN mail_pace text NOT NULL DEFAULT 'at-once' CHECK (mail_pace IN ('at-once', 'hourly', 'daily', 'never')),
  -- When he was reminded last of what waits for him, and when it was last looked whether he is to be.
  ADD COLUMN mail_reminded_at timestamptz,
  ADD COLUMN mail_looked_at timestamptz NOT NULL DEFAULT '-infinity';
UPDATE content_user SET mail_pace = 'never' WHERE mail_essential_only;
ALTER TABLE content_user DROP COLUMN mail_essential_only;
CREATE INDEX content_user_looked ON content_user (mail_looked_at, id) WHERE ended_at IS NULL;

-- A mail that is gathered is never handed over itself: what it says stands in the one that gathered it.
ALTER TABLE content_mail DROP CONSTRAINT content_mail_state_check;
ALTER TABLE content_mail DROP CONSTRAINT content_mail_check;
ALTER TABLE content_mail
  ADD CHECK (state IN ('waiting', 'handing-over', 'sent', 'failed', 'gathering', 'gathered')),
  ADD CHECK ((state IN ('sent', 'failed', 'gathered')) = (ended_at IS NOT NULL));
DROP INDEX content_mail_user;
CREATE INDEX content_mail_user ON content_mail (user_id, template, created_at);
CREATE INDEX content_mail_gathering ON content_mail (user_id, created_at) WHERE state = 'gathering';

-- Whoever may approve a proposal may refuse it instead, and says why.
ALTER TABLE content_proposal ADD COLUMN reason text;
CREATE INDEX content_proposal_project ON content_proposal ((request ->> 'project')) WHERE status = 'open';
CREATE INDEX content_proposal_period ON content_proposal ((request ->> 'period')) WHERE status = 'open';
