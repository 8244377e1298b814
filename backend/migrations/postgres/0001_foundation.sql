-- Times are milliseconds since 1970 in UTC; days are text like 2026-11-21 in UTC+8.
-- Columns that end in _sealed hold ciphertext; the key stands outside the database.

CREATE TABLE slots (
    id TEXT PRIMARY KEY NOT NULL,
    clinic TEXT NOT NULL,
    service TEXT NOT NULL,
    room TEXT NOT NULL,
    starts BIGINT NOT NULL,
    minutes BIGINT NOT NULL CHECK (minutes > 0),
    capacity BIGINT NOT NULL CHECK (capacity > 0),
    taken BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0 AND taken <= capacity),
    UNIQUE (service, room, starts)
);
CREATE INDEX slots_by_service ON slots (service, starts);

CREATE TABLE followups (
    id TEXT PRIMARY KEY NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    link_generation BIGINT NOT NULL,
    link_until BIGINT NOT NULL,
    name_sealed TEXT NOT NULL,
    phone_sealed TEXT NOT NULL,
    reason_sealed TEXT NOT NULL,
    services TEXT NOT NULL,
    due_from TEXT NOT NULL,
    due_to TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'booked', 'cancelled', 'withdrawn')),
    sequence BIGINT NOT NULL DEFAULT 0,
    wrong_tries BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX followups_by_state ON followups (state, due_to);

CREATE TABLE appointments (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    slot TEXT NOT NULL REFERENCES slots (id),
    place BIGINT NOT NULL CHECK (place > 0),
    active BIGINT NOT NULL CHECK (active IN (0, 1)),
    made BIGINT NOT NULL,
    ended BIGINT
);
CREATE UNIQUE INDEX one_appointment_a_followup ON appointments (followup) WHERE active = 1;
CREATE UNIQUE INDEX one_patient_a_place ON appointments (slot, place) WHERE active = 1;
CREATE INDEX appointments_by_followup ON appointments (followup, made);

CREATE TABLE history (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    slot TEXT
);
CREATE INDEX history_by_followup ON history (followup, at);

CREATE TABLE patient_sessions (
    hash TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    until BIGINT NOT NULL
);

CREATE TABLE staff (
    name TEXT PRIMARY KEY NOT NULL,
    display TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    wrong_tries BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL
);

CREATE TABLE staff_sessions (
    hash TEXT PRIMARY KEY NOT NULL,
    staff TEXT NOT NULL REFERENCES staff (name),
    until BIGINT NOT NULL
);

CREATE TABLE audit (
    id TEXT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    staff TEXT NOT NULL,
    action TEXT NOT NULL,
    followup TEXT
);
CREATE INDEX audit_by_time ON audit (at);

CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_by_time ON idempotency (at);
