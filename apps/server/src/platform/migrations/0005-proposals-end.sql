-- A proposal that nobody decides on ends.
ALTER TABLE content_proposal DROP CONSTRAINT content_proposal_status_check;
ALTER TABLE content_proposal ADD CONSTRAINT content_proposal_status_check
  CHECK (status IN ('open', 'accepted', 'refused', 'withdrawn', 'expired'));
