-- Any command may wait: the action of the permission table that it is, the organisations of which a further mandate must
-- approve, commitments that are forgotten if it is withdrawn, and the organisation of the proposer.
ALTER TABLE content_proposal
  ADD COLUMN action text NOT NULL DEFAULT 'credits.issue',
  ADD COLUMN holders text[] NOT NULL DEFAULT '{}',
  ADD COLUMN commitments text[] NOT NULL DEFAULT '{}',
  ADD COLUMN by_organisation text NOT NULL DEFAULT '';
CREATE INDEX content_proposal_by ON content_proposal (by_organisation, created_at, id);
