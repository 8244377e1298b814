-- When a closing was taken back, and by whom.
ALTER TABLE closures ADD COLUMN undone BIGINT;
ALTER TABLE closures ADD COLUMN undone_by TEXT;
-- A keyed hash of the phone number: how many requests of one number are under way.
ALTER TABLE home_care ADD COLUMN phone_hash TEXT NOT NULL DEFAULT '';
CREATE INDEX home_care_by_phone ON home_care (phone_hash) WHERE due IS NOT NULL;
CREATE INDEX home_care_visits ON home_care (hospital, visit_day, visit_from, id) WHERE state = 'planned';
DROP INDEX home_care_due;
CREATE INDEX home_care_due ON home_care (hospital, due, asked, id) WHERE due IS NOT NULL;
DROP INDEX home_care_ended;
CREATE INDEX home_care_ended ON home_care (hospital, changed, id) WHERE due IS NULL;
