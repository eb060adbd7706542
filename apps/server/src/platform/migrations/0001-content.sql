-- The content store: primary, private, erasable. Nothing here is read by a decision.

CREATE TABLE content_opening (
  commitment text PRIMARY KEY,
  key text NOT NULL,
  value jsonb NOT NULL
);
