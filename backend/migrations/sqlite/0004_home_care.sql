-- Requests for nursing at home.

CREATE TABLE home_care (
    id TEXT PRIMARY KEY NOT NULL,
    hospital TEXT NOT NULL,
    code TEXT NOT NULL UNIQUE,
    token_hash TEXT NOT NULL UNIQUE,
    -- A keyed hash of what was asked with the form's key, so that another form under the same key is told apart.
    request TEXT NOT NULL,
    name_sealed TEXT NOT NULL,
    phone_sealed TEXT NOT NULL,
    area_sealed TEXT NOT NULL,
    address_sealed TEXT NOT NULL,
    need_sealed TEXT NOT NULL,
    relation_sealed TEXT NOT NULL,
    for_whom TEXT NOT NULL CHECK (for_whom IN ('self', 'relative')),
    service TEXT NOT NULL,
    -- The sentences that were agreed to, word for word, as a JSON array.
    consent TEXT NOT NULL,
    consented BIGINT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    asked BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    -- From when it has been left lying.
    due BIGINT,
    ended BIGINT,
    erased BIGINT,
    reason_sealed TEXT NOT NULL DEFAULT '',
    prepare_sealed TEXT NOT NULL DEFAULT '',
    note_sealed TEXT NOT NULL DEFAULT '',
    outcome TEXT,
    visit_day TEXT,
    visit_from BIGINT,
    visit_to BIGINT,
    nurse TEXT,
    wrong_tries BIGINT NOT NULL DEFAULT 0,
    -- No open request is without a moment from which somebody must look after it, and no ended one has one.
    CHECK ((state IN ('asked', 'suitable', 'planned', 'missed')) = (due IS NOT NULL)),
    CHECK (state <> 'planned' OR (visit_day IS NOT NULL AND visit_from < visit_to AND nurse IS NOT NULL))
);
CREATE INDEX home_care_due ON home_care (hospital, due) WHERE due IS NOT NULL;
CREATE INDEX home_care_ended ON home_care (hospital, changed) WHERE due IS NULL;

CREATE TABLE home_care_history (
    id TEXT PRIMARY KEY NOT NULL,
    request TEXT NOT NULL REFERENCES home_care (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    -- More in words that hold nothing personal.
    detail TEXT NOT NULL DEFAULT '',
    UNIQUE (request, number)
);

CREATE TABLE home_care_sessions (
    hash TEXT PRIMARY KEY NOT NULL,
    request TEXT NOT NULL REFERENCES home_care (id),
    until BIGINT NOT NULL
);
CREATE INDEX home_care_sessions_by_time ON home_care_sessions (until);
CREATE INDEX home_care_sessions_by_request ON home_care_sessions (request);

CREATE TRIGGER home_care_history_only_grows BEFORE UPDATE ON home_care_history
    BEGIN SELECT RAISE(ABORT, 'history only grows'); END;
CREATE TRIGGER home_care_history_is_kept BEFORE DELETE ON home_care_history
    BEGIN SELECT RAISE(ABORT, 'history only grows'); END;
