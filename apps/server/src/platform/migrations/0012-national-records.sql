-- National records beside the credits: activities of projects, the NDC register, financing, inventories and projections.
CREATE TABLE content_record (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('activity', 'ndc-period', 'ndc-action', 'financing', 'inventory', 'projection')),
  -- What people call an activity, such as 015-M-010.
  number text UNIQUE,
  project text,
  -- Of an action of the NDC register its period; of a sub-action its main action; of financing what it draws on.
  period text REFERENCES content_record,
  parent text REFERENCES content_record,
  -- For whom it was made, and of financing the investor, where that is an organisation here.
  organisation text NOT NULL,
  investor text,
  years int4range,
  status text NOT NULL,
  -- The last version, and the last one that was approved or finalised.
  version integer NOT NULL,
  approved integer,
  -- SHA-256 of what was finalised.
  sha256 text,
  created_at timestamptz NOT NULL,
  -- A year has one inventory and one projection, and lies in one NDC period.
  EXCLUDE USING gist (years WITH &&) WHERE (kind = 'inventory'),
  EXCLUDE USING gist (years WITH &&) WHERE (kind = 'projection'),
  EXCLUDE USING gist (years WITH &&) WHERE (kind = 'ndc-period' AND status <> 'withdrawn')
);
CREATE INDEX content_record_age ON content_record (kind, created_at, id);
CREATE INDEX content_record_waiting ON content_record (created_at, id) WHERE status = 'pending';
CREATE INDEX content_record_project ON content_record (project, kind, created_at, id);
CREATE INDEX content_record_period ON content_record (period, created_at, id);
CREATE INDEX content_record_parent ON content_record (parent);
CREATE INDEX content_record_organisation ON content_record (organisation, kind, created_at, id);
CREATE UNIQUE INDEX content_record_final ON content_record (sha256);

-- Everything that was ever said of a record: a version for each change and each decision, never changed, never removed.
CREATE TABLE content_record_version (
  record text NOT NULL REFERENCES content_record,
  version integer NOT NULL,
  step text NOT NULL CHECK (step IN ('made', 'changed', 'approved', 'rejected', 'withdrawn', 'finalised')),
  status text NOT NULL,
  content jsonb NOT NULL,
  by_mandate text NOT NULL,
  organisation text NOT NULL,
  at timestamptz NOT NULL,
  reason text,
  -- What a search of all doings calls it.
  event text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN step IN ('made', 'changed') THEN 'record-entered' ELSE 'record-' || step END) STORED,
  PRIMARY KEY (record, version)
);
-- It is read from its newest end.
CREATE INDEX content_record_version_age ON content_record_version (at, (record || '/' || version::text));
CREATE FUNCTION content_record_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'versions of national records are only added';
END $$;
CREATE TRIGGER content_record_version_stays BEFORE UPDATE OR DELETE ON content_record_version
  FOR EACH ROW EXECUTE FUNCTION content_record_version_stays();

-- How many activities a project has had: whoever adds or changes one locks its row.
CREATE TABLE content_activity_count (
  project text PRIMARY KEY,
  count integer NOT NULL
);

-- What was finalised, as the bytes whose SHA-256 is published.
CREATE TABLE content_statement (
  sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bytea NOT NULL
);
