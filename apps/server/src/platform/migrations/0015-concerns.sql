-- Which organisations a project concerns, as an owner or as a certifier; made from the ledger when it is asked for, and
-- again whenever it is taken away. Whoever finds a project here asks the ledger's state whether it is still so.
CREATE TABLE content_concern (
  organisation text NOT NULL,
  owns boolean NOT NULL,
  -- Of the project.
  number bigint NOT NULL,
  project text NOT NULL,
  PRIMARY KEY (organisation, owns, number)
);
CREATE INDEX content_concern_project ON content_concern (project);

-- How far the log was looked through for it, and the leaf of the last entry there.
CREATE TABLE content_concerned (
  one smallint PRIMARY KEY DEFAULT 1 CHECK (one = 1),
  next bigint NOT NULL CHECK (next >= 0),
  leaf text NOT NULL
);
INSERT INTO content_concerned (next, leaf) VALUES (0, '');

-- Words wait in no list that every search would have to read through.
ALTER INDEX content_stated_words SET (fastupdate = off);
ALTER INDEX content_user_words SET (fastupdate = off);
SELECT gin_clean_pending_list('content_stated_words'), gin_clean_pending_list('content_user_words');
