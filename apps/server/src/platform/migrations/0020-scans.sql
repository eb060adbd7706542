-- Of ink: the file of the scan on which an officer has found it. It is attached to the project, and stays so.
ALTER TABLE content_signature ADD COLUMN project text, ADD COLUMN scan text;
UPDATE content_signature SET project = told ->> 'project', scan = told -> 'proof' ->> 'sha256'
  FROM (SELECT evidence AS of, convert_from(record, 'UTF8')::jsonb AS told FROM content_signature) t
 WHERE of = evidence AND told -> 'proof' ->> 'kind' = 'scan';
CREATE INDEX content_signature_scan ON content_signature (project, scan) WHERE scan IS NOT NULL;
