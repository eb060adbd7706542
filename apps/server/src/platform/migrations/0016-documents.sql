-- Versions of documents that are data: the exact bytes, kept before the ledger knows their hash. Which of them were
-- submitted the ledger says.
CREATE TABLE content_document (
  project text NOT NULL,
  sha256 text NOT NULL,
  -- Such as PDD@1.
  template text NOT NULL,
  bytes bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (sha256, project)
);

-- What an organisation prepares: one draft of each document at most.
CREATE TABLE content_draft (
  id text PRIMARY KEY,
  organisation text NOT NULL,
  project text NOT NULL,
  -- The monitoring period; empty: of the project itself.
  period text NOT NULL,
  kind text NOT NULL,
  template text NOT NULL,
  revision integer NOT NULL,
  -- JSON, as it was last saved.
  document text NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  UNIQUE (organisation, project, period, kind)
);
CREATE INDEX content_draft_changed ON content_draft (organisation, changed_at, id);

-- Which places each revision changed, and whose change it was: so that nobody overwrites what he has not seen.
CREATE TABLE content_draft_change (
  draft text NOT NULL REFERENCES content_draft (id) ON DELETE CASCADE,
  revision integer NOT NULL,
  path text NOT NULL,
  by_user text NOT NULL,
  PRIMARY KEY (draft, revision, path)
);

-- Comments on fields of a draft, and answers to them, which have a parent.
CREATE TABLE content_draft_comment (
  id text PRIMARY KEY,
  draft text NOT NULL REFERENCES content_draft (id) ON DELETE CASCADE,
  number integer NOT NULL,
  parent text REFERENCES content_draft_comment (id) ON DELETE CASCADE,
  path text NOT NULL,
  text text NOT NULL,
  by_user text NOT NULL,
  at timestamptz NOT NULL,
  resolved_by text,
  resolved_at timestamptz,
  UNIQUE (draft, number),
  CHECK ((resolved_by IS NULL) = (resolved_at IS NULL)),
  CHECK (parent IS NULL OR resolved_at IS NULL)
);
CREATE INDEX content_draft_comment_parent ON content_draft_comment (parent) WHERE parent IS NOT NULL;
