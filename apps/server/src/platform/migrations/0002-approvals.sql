-- The idempotency key of a proposal as it will stand in the log: by it the ledger tells whether it was carried out.
ALTER TABLE content_proposal ADD COLUMN logged_key text NOT NULL;

-- Approvals of proposals, until there are enough of them. A person approves once, in whichever mandate.
CREATE TABLE content_approval (
  proposal text NOT NULL REFERENCES content_proposal ON DELETE CASCADE,
  user_id text NOT NULL,
  mandate text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (proposal, user_id)
);
