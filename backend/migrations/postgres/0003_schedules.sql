-- The timetable of each hospital: what repeats every week, days that differ, and visits of experts. Nothing is deleted:
-- a weekly time ends, the others are cancelled. Times within a day are minutes after midnight, days are text.

-- Made by the timetable, which closes and opens it again; other slots it leaves alone.
ALTER TABLE slots ADD COLUMN timetable BIGINT NOT NULL DEFAULT 0;

-- One row a hospital, which everything that changes the slots of its timetable locks.
CREATE TABLE timetables (
    hospital TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE schedule_templates (
    id TEXT PRIMARY KEY NOT NULL,
    hospital TEXT NOT NULL,
    service TEXT NOT NULL,
    room TEXT NOT NULL,
    -- 1 is Monday, 7 is Sunday.
    weekday BIGINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    start BIGINT NOT NULL,
    stop BIGINT NOT NULL,
    every BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    ended BIGINT,
    ended_by TEXT
);
CREATE INDEX schedule_templates_by_hospital ON schedule_templates (hospital, valid_to);

CREATE TABLE schedule_exceptions (
    id TEXT PRIMARY KEY NOT NULL,
    hospital TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('closed', 'extra')),
    service TEXT,
    room TEXT,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    -- The times of an extra one; 0 for a closing.
    start BIGINT NOT NULL,
    stop BIGINT NOT NULL,
    every BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    reason TEXT NOT NULL,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    cancelled BIGINT,
    cancelled_by TEXT
);
CREATE INDEX schedule_exceptions_by_hospital ON schedule_exceptions (hospital, last_day);

CREATE TABLE schedule_visits (
    id TEXT PRIMARY KEY NOT NULL,
    hospital TEXT NOT NULL,
    expert TEXT NOT NULL,
    home TEXT NOT NULL,
    speciality TEXT NOT NULL,
    service TEXT NOT NULL,
    room TEXT NOT NULL,
    day TEXT NOT NULL,
    start BIGINT NOT NULL,
    stop BIGINT NOT NULL,
    every BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    confirmed BIGINT,
    confirmed_by TEXT,
    cancelled BIGINT,
    cancelled_by TEXT,
    -- Why, in words that patients may read.
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX schedule_visits_by_hospital ON schedule_visits (hospital, day);

CREATE FUNCTION timetable_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the timetable is kept';
END
$$;
CREATE TRIGGER schedule_templates_are_kept BEFORE DELETE ON schedule_templates FOR EACH ROW EXECUTE FUNCTION timetable_is_kept();
CREATE TRIGGER schedule_exceptions_are_kept BEFORE DELETE ON schedule_exceptions FOR EACH ROW EXECUTE FUNCTION timetable_is_kept();
CREATE TRIGGER schedule_visits_are_kept BEFORE DELETE ON schedule_visits FOR EACH ROW EXECUTE FUNCTION timetable_is_kept();
