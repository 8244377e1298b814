-- Follow-up as a pathway of steps, appointments with states, roles, and a history and a log that only grow.

ALTER TABLE slots ADD COLUMN expert TEXT NOT NULL DEFAULT '';
-- A closed slot takes nobody; closing says why.
ALTER TABLE slots ADD COLUMN closure TEXT;
CREATE INDEX slots_by_clinic ON slots (clinic, starts);

CREATE INDEX slots_closed ON slots (starts) WHERE closure IS NOT NULL;

CREATE TABLE closures (
    id TEXT PRIMARY KEY NOT NULL,
    hospital TEXT NOT NULL,
    service TEXT,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    reason TEXT NOT NULL,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL
);

CREATE TABLE steps (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    number BIGINT NOT NULL,
    services TEXT NOT NULL,
    due_from TEXT NOT NULL,
    due_to TEXT NOT NULL,
    owner TEXT NOT NULL,
    made BIGINT NOT NULL,
    ended BIGINT,
    outcome TEXT,
    UNIQUE (followup, number)
);
CREATE UNIQUE INDEX one_open_step ON steps (followup) WHERE ended IS NULL;
INSERT INTO steps (id, followup, number, services, due_from, due_to, owner, made, ended)
    SELECT id || '-1', id, 1, services, due_from, due_to, created_by, created,
           CASE WHEN state = 'withdrawn' THEN created END
    FROM followups;

ALTER TABLE followups ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE followups ADD COLUMN hospital TEXT NOT NULL DEFAULT '';
ALTER TABLE followups ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE followups ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE followups ADD COLUMN urgency BIGINT NOT NULL DEFAULT 2;
ALTER TABLE followups ADD COLUMN letter_sealed TEXT NOT NULL DEFAULT '';
-- The id of the letter that was chosen; the nurse's own words, if any, go before it.
ALTER TABLE followups ADD COLUMN letter TEXT NOT NULL DEFAULT '';
ALTER TABLE followups ADD COLUMN ending TEXT;
-- From when somebody must look after it; every open follow-up has one.
ALTER TABLE followups ADD COLUMN due BIGINT;
-- A day on which to call again.
ALTER TABLE followups ADD COLUMN call_on TEXT;
ALTER TABLE followups ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
-- The import's fingerprint of a row: the same row twice makes one follow-up.
ALTER TABLE followups ADD COLUMN fingerprint TEXT;
ALTER TABLE followups ADD COLUMN batch TEXT;
UPDATE followups SET code = substr(token_hash, 1, 8), owner = created_by,
    ending = CASE WHEN state = 'withdrawn' THEN 'withdrawn' END;
DROP INDEX followups_by_state;
ALTER TABLE followups DROP COLUMN state;
ALTER TABLE followups DROP COLUMN services;
ALTER TABLE followups DROP COLUMN due_from;
ALTER TABLE followups DROP COLUMN due_to;
CREATE UNIQUE INDEX followups_by_code ON followups (code);
CREATE UNIQUE INDEX followups_by_fingerprint ON followups (hospital, fingerprint);
CREATE INDEX followups_due ON followups (hospital, urgency, due) WHERE ending IS NULL;
CREATE INDEX followups_to_call ON followups (hospital, call_on) WHERE call_on IS NOT NULL;
CREATE INDEX followups_by_batch ON followups (batch) WHERE batch IS NOT NULL;
CREATE INDEX followups_by_time ON followups (hospital, created);

-- Keyed hashes of names, phone numbers and their endings: what a nurse searches for, unreadable without the key.
CREATE TABLE finders (
    hash TEXT NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    PRIMARY KEY (hash, followup)
);

ALTER TABLE appointments ADD COLUMN step TEXT NOT NULL DEFAULT '';
ALTER TABLE appointments ADD COLUMN state TEXT NOT NULL DEFAULT 'booked';
-- Until when a place is kept.
ALTER TABLE appointments ADD COLUMN until BIGINT;
UPDATE appointments SET step = followup || '-1',
    state = CASE active WHEN 1 THEN 'booked' ELSE 'cancelled-by-patient' END;
DROP INDEX one_appointment_a_followup;
DROP INDEX one_patient_a_place;
ALTER TABLE appointments DROP COLUMN active;
CREATE UNIQUE INDEX one_hold_a_followup ON appointments (followup) WHERE state = 'held';
CREATE UNIQUE INDEX one_appointment_a_followup ON appointments (followup) WHERE state IN ('booked', 'arrived');
CREATE UNIQUE INDEX one_patient_a_place ON appointments (slot, place)
    WHERE state IN ('held', 'booked', 'arrived', 'attended', 'missed');
CREATE INDEX appointments_held ON appointments (until) WHERE state = 'held';
CREATE INDEX appointments_by_slot ON appointments (slot);

ALTER TABLE history ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE history ADD COLUMN appointment TEXT;
ALTER TABLE history ADD COLUMN before TEXT;
ALTER TABLE history ADD COLUMN detail TEXT NOT NULL DEFAULT '';
INSERT INTO history (id, followup, at, actor, action, state, slot, appointment)
    SELECT 'carried-' || id, followup, made, 'clock', 'carry-over', state, slot, id FROM appointments;

ALTER TABLE patient_sessions ADD COLUMN helper TEXT;

ALTER TABLE staff ADD COLUMN hospital TEXT NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0;
CREATE TABLE staff_roles (
    staff TEXT NOT NULL REFERENCES staff (name),
    role TEXT NOT NULL,
    PRIMARY KEY (staff, role)
);
INSERT INTO staff_roles (staff, role) SELECT name, 'nurse' FROM staff;
INSERT INTO staff_roles (staff, role) SELECT name, 'coordinator' FROM staff;

ALTER TABLE audit ADD COLUMN hospital TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_by_hospital ON audit (hospital, at);

CREATE TABLE calls (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    at BIGINT NOT NULL,
    staff TEXT NOT NULL,
    outcome TEXT NOT NULL,
    again TEXT,
    note_sealed TEXT NOT NULL
);
CREATE INDEX calls_by_followup ON calls (followup, at);

CREATE TABLE notes (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    at BIGINT NOT NULL,
    staff TEXT NOT NULL,
    text_sealed TEXT NOT NULL
);
CREATE INDEX notes_by_followup ON notes (followup, at);

CREATE TABLE questions (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    asked BIGINT NOT NULL,
    text_sealed TEXT NOT NULL,
    answered BIGINT,
    answered_by TEXT,
    answer_sealed TEXT NOT NULL DEFAULT ''
);
CREATE INDEX questions_by_followup ON questions (followup, asked);
CREATE INDEX questions_open ON questions (asked) WHERE answered IS NULL;

CREATE TABLE helpers (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    name_sealed TEXT NOT NULL,
    consented BIGINT NOT NULL,
    ended BIGINT
);
CREATE INDEX helpers_by_followup ON helpers (followup);

CREATE TABLE waiting (
    followup TEXT PRIMARY KEY NOT NULL REFERENCES followups (id),
    since BIGINT NOT NULL,
    -- Only an earlier time than this is wanted: later ones were free when she chose to wait.
    before BIGINT NOT NULL
);
CREATE INDEX waiting_by_time ON waiting (since);

CREATE TABLE referrals (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    from_hospital TEXT NOT NULL,
    to_hospital TEXT NOT NULL,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    reason_sealed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'withdrawn')),
    answered BIGINT,
    answered_by TEXT,
    answer_sealed TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX one_open_referral ON referrals (followup) WHERE state = 'offered';
CREATE INDEX referrals_to ON referrals (to_hospital, state);
CREATE INDEX referrals_from ON referrals (from_hospital, state);
CREATE INDEX referrals_by_followup ON referrals (followup);

CREATE TRIGGER history_only_grows BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history only grows'); END;
CREATE TRIGGER history_is_kept BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history only grows'); END;
CREATE TRIGGER audit_only_grows BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
