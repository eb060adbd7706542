-- An agreement on units of a project: a draft of one is of the agreement. Between which accounts it is; of everything else empty.
ALTER TABLE content_draft
  ADD COLUMN agreement text NOT NULL DEFAULT '',
  ADD COLUMN seller text NOT NULL DEFAULT '',
  ADD COLUMN buyer text NOT NULL DEFAULT '',
  DROP CONSTRAINT content_draft_organisation_project_period_kind_key,
  ADD UNIQUE (organisation, project, period, kind, agreement),
  ADD CHECK ((agreement = '') = (seller = '') AND (agreement = '') = (buyer = ''));
