-- A keyed hash of who a follow-up is for. It stays when the data are deleted, so that no table brings the person back.
ALTER TABLE followups ADD COLUMN person TEXT;
CREATE INDEX followups_by_person ON followups (person) WHERE person IS NOT NULL;
-- By which folding the finders were made; older ones are made anew while the server runs.
ALTER TABLE followups ADD COLUMN folding BIGINT NOT NULL DEFAULT 1;
CREATE INDEX followups_to_fold ON followups (id) WHERE folding < 2;
-- A row of a batch makes one follow-up. Whether the same person may have another is asked when the row is made.
CREATE UNIQUE INDEX followups_by_row ON followups (batch, batch_row) WHERE batch IS NOT NULL;
