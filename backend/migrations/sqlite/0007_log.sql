-- The log of a hospital by account and by follow-up, each in the order in which it is read.
DROP INDEX audit_by_staff;
DROP INDEX audit_by_followup;
CREATE INDEX audit_by_staff ON audit (hospital, staff, at, id);
CREATE INDEX audit_by_followup ON audit (hospital, followup, at, id);
