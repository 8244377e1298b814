-- Follow-ups that were made together from a table: when, by whom, and in which order they stood in it.
CREATE TABLE batches (
    id TEXT PRIMARY KEY NOT NULL,
    hospital TEXT NOT NULL,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    -- The file's name may hold a person's.
    name_sealed TEXT NOT NULL,
    -- How many follow-ups it makes when it is through.
    rows BIGINT NOT NULL
);
CREATE INDEX batches_by_hospital ON batches (hospital, made);
-- The row of the table.
ALTER TABLE followups ADD COLUMN batch_row BIGINT NOT NULL DEFAULT 0;
-- The hash holds the hospital, so that a follow-up that another one takes over stands in nobody's way.
DROP INDEX followups_by_fingerprint;
CREATE UNIQUE INDEX followups_by_fingerprint ON followups (fingerprint);
