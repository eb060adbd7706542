-- Sign-ins that were and that were refused, for as many days as the configuration says. Those that were refused and are
-- alike within an hour are one row. The network is a keyed hash.
CREATE TABLE content_sign_in (
  id text PRIMARY KEY,
  at timestamptz NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('sign-in', 'sign-in-refused')),
  -- Null where nobody knows who it was.
  user_id text REFERENCES content_user ON DELETE CASCADE,
  mandate text,
  organisation text,
  network text NOT NULL,
  times integer NOT NULL DEFAULT 1
);
CREATE INDEX content_sign_in_age ON content_sign_in (at, id);
CREATE INDEX content_sign_in_user ON content_sign_in (user_id, at, id);
CREATE INDEX content_sign_in_organisation ON content_sign_in (organisation, at, id);

-- Which mandates acted in which entry, by writing it or by approving it, and for whom; made from the log, in its order.
CREATE TABLE content_acted (
  mandate text NOT NULL,
  index bigint NOT NULL,
  organisation text NOT NULL,
  PRIMARY KEY (mandate, index)
);
CREATE INDEX content_acted_organisation ON content_acted (organisation, index);

-- Which entry commits to which text, and the words of that. Whoever erases the text erases its words.
CREATE TABLE content_stated (
  commitment text NOT NULL REFERENCES content_opening ON DELETE CASCADE,
  index bigint NOT NULL,
  words tsvector NOT NULL,
  PRIMARY KEY (commitment, index)
);
CREATE INDEX content_stated_words ON content_stated USING gin (words);

-- How far the log was looked through for both, and the leaf of the last entry there.
CREATE TABLE content_audited (
  one smallint PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  next bigint NOT NULL CHECK (next >= 0),
  leaf text NOT NULL
);
INSERT INTO content_audited (next, leaf) VALUES (0, '');

-- People by their names and addresses.
CREATE INDEX content_user_words ON content_user
  USING gin (to_tsvector('simple', translate(lower(name || ' ' || email), '@._-''', '     ')));

-- Who has revoked a key; null where that was not kept.
ALTER TABLE content_api_key ADD COLUMN revoked_by text;
CREATE INDEX content_api_key_revoked ON content_api_key (revoked_at, id) WHERE revoked_at IS NOT NULL;

-- What a search of all doings reads from its newest end.
CREATE INDEX content_registration_age ON content_registration (created_at, id) WHERE status <> 'unconfirmed';
CREATE INDEX content_registration_decided ON content_registration (decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX content_proposal_age ON content_proposal (created_at, id);
CREATE INDEX content_approval_age ON content_approval (created_at, proposal);
CREATE INDEX content_role_change_age ON content_role_change (created_at, mandate);
CREATE INDEX content_role_change_user ON content_role_change (user_id);
