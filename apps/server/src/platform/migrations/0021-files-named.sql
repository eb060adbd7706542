-- Whether the ledger has an entry of a version: false until somebody has asked it.
ALTER TABLE content_document ADD COLUMN submitted boolean NOT NULL DEFAULT false;
CREATE INDEX content_document_not_submitted ON content_document (project, created_at) WHERE NOT submitted;
CREATE INDEX content_proposal_document ON content_proposal ((request ->> 'sha256')) WHERE type = 'DocumentSubmitted';

-- Which files each version names, and whether at a place that is for everybody.
CREATE TABLE content_document_file (
  project text NOT NULL,
  -- The version, by its SHA-256.
  document text NOT NULL,
  sha256 text NOT NULL,
  public boolean NOT NULL,
  PRIMARY KEY (project, sha256, document),
  FOREIGN KEY (document, project) REFERENCES content_document (sha256, project) ON DELETE CASCADE
);
CREATE INDEX content_document_file_version ON content_document_file (document, project);
CREATE INDEX content_document_file_sha256 ON content_document_file (sha256);
INSERT INTO content_document_file (project, document, sha256, public)
  SELECT DISTINCT d.project, d.sha256, a.sha256, false
    FROM content_document d JOIN content_attachment a ON a.project = d.project
   WHERE position(convert_to(a.sha256, 'UTF8') IN d.bytes) > 0;

-- Files that a draft names; and what of it was sent last to be submitted: its revision, the SHA-256 of its bytes, and the last
-- entry of these bytes that there was before.
ALTER TABLE content_draft
  ADD COLUMN files text[] NOT NULL DEFAULT '{}',
  ADD COLUMN sent_revision integer,
  ADD COLUMN sent_sha256 text,
  ADD COLUMN sent_after bigint;
UPDATE content_draft d SET files = ARRAY(
  SELECT DISTINCT found[1] FROM regexp_matches(d.document, '"sha256":"([0-9a-f]{64})"', 'g') AS found);
CREATE INDEX content_draft_files ON content_draft USING gin (files);
CREATE INDEX content_draft_sent ON content_draft (organisation) WHERE sent_sha256 IS NOT NULL;

-- Files in the store of which nothing is known here, and since when that is so.
CREATE TABLE content_file_stray (
  sha256 text PRIMARY KEY,
  seen_at timestamptz NOT NULL
);
