-- Files that were judged and taken, by their SHA-256; their bytes are in the store of files. One that nothing names any more
-- is forgotten a day after it was last brought.
CREATE TABLE content_file (
  sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  size bigint NOT NULL CHECK (size > 0),
  kind text NOT NULL,
  -- What whoever opens it is told.
  notes text[] NOT NULL,
  brought_at timestamptz NOT NULL
);
CREATE INDEX content_file_brought ON content_file (brought_at, sha256);

CREATE TABLE content_attachment (
  id text PRIMARY KEY,
  project text NOT NULL,
  -- Kind of the document that it goes with; empty where it goes with the project alone.
  document text NOT NULL,
  sha256 text NOT NULL REFERENCES content_file,
  name text NOT NULL,
  title text NOT NULL,
  public boolean NOT NULL,
  organisation text NOT NULL,
  mandate text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (project, document, sha256)
);
CREATE INDEX content_attachment_list ON content_attachment (project, created_at DESC, id DESC);
CREATE INDEX content_attachment_file ON content_attachment (sha256);
