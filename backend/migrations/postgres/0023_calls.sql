-- A call is taken back while nothing has changed since: what stood before it, and the version that it left behind.
ALTER TABLE calls ADD COLUMN left_version BIGINT;
ALTER TABLE calls ADD COLUMN before_call_on TEXT;
ALTER TABLE calls ADD COLUMN before_unanswered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN before_wrong_number BIGINT;
ALTER TABLE calls ADD COLUMN taken_back BIGINT;
-- Who was promised a call is counted from the index alone.
DROP INDEX followups_to_call;
CREATE INDEX followups_to_call ON followups (hospital, call_on, urgency, id) WHERE call_on IS NOT NULL AND ending IS NULL;
