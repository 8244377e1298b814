-- What the lists, the log and the rounds of the clock read, found without walking through a whole hospital.

DROP INDEX waiting_by_time;
CREATE INDEX waiting_by_time ON waiting (since, followup);

-- A follow-up's open step is looked up without touching the appointments of earlier ones.
DROP INDEX appointments_by_followup;
CREATE INDEX appointments_by_followup ON appointments (followup, step, made);
CREATE INDEX appointments_held_in ON appointments (slot, until) WHERE state = 'held';

DROP INDEX audit_by_hospital;
CREATE INDEX audit_by_hospital ON audit (hospital, at, id);
CREATE INDEX audit_by_staff ON audit (staff, at, id);
CREATE INDEX audit_by_followup ON audit (followup, at, id) WHERE followup IS NOT NULL;

CREATE INDEX finders_by_followup ON finders (followup);
CREATE INDEX followups_unsettled ON followups (id) WHERE ending IS NULL AND due IS NULL;
CREATE INDEX patient_sessions_by_time ON patient_sessions (until);
CREATE INDEX patient_sessions_by_followup ON patient_sessions (followup);
CREATE INDEX patient_sessions_by_helper ON patient_sessions (helper) WHERE helper IS NOT NULL;
