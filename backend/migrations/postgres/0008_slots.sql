-- 1 while the timetable keeps a slot only for those who are in it: a place that is given back is not given again.
ALTER TABLE slots ADD COLUMN unwanted BIGINT NOT NULL DEFAULT 0;
CREATE INDEX home_care_by_nurse ON home_care (nurse, visit_day) WHERE state = 'planned';
-- Calls are listed by day, the urgent ones of a day first.
DROP INDEX followups_to_call;
CREATE INDEX followups_to_call ON followups (hospital, call_on, urgency) WHERE call_on IS NOT NULL;
