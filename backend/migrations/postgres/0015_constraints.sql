-- What must never be stored, whoever writes it. As with the words of states, a database that holds such a row does not
-- come up to date: the constraint that is violated names table and column.

-- A place that is kept is kept until a moment, or nobody would ever get it.
ALTER TABLE appointments ADD CONSTRAINT appointments_until CHECK (state <> 'held' OR until IS NOT NULL);

-- An appointment belongs to a step of the same follow-up.
ALTER TABLE steps ADD CONSTRAINT steps_of_followup UNIQUE (id, followup);
ALTER TABLE appointments DROP CONSTRAINT appointments_step;
ALTER TABLE appointments ADD CONSTRAINT appointments_step FOREIGN KEY (step, followup) REFERENCES steps (id, followup);

-- No question counts as answered without an answer and who gave it.
ALTER TABLE questions ADD CONSTRAINT questions_answered CHECK
    ((answered IS NULL) = (answered_by IS NULL) AND (answered IS NULL) = (answer_sealed = ''));

-- Whoever acts in a session is a relative of the same follow-up. Sessions of others end: they prove themselves anew.
DELETE FROM patient_sessions WHERE helper IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM helpers WHERE helpers.id = helper AND helpers.followup = patient_sessions.followup);
ALTER TABLE helpers ADD CONSTRAINT helpers_of_followup UNIQUE (id, followup);
ALTER TABLE patient_sessions ADD CONSTRAINT patient_sessions_helper
    FOREIGN KEY (helper, followup) REFERENCES helpers (id, followup);

-- No hospital has taken, declined or given back a referral without when and who.
ALTER TABLE referrals ADD CONSTRAINT referrals_answered CHECK
    (state IN ('offered', 'withdrawn') OR (answered IS NOT NULL AND answered_by IS NOT NULL));

-- A closing has a time and is taken back by somebody; a slot is closed by a closing that is there or by the timetable.
-- Closings of earlier versions stay as they are.
ALTER TABLE closures ADD CONSTRAINT closures_last CHECK (first < last) NOT VALID;
ALTER TABLE closures ADD CONSTRAINT closures_undone CHECK ((undone IS NULL) = (undone_by IS NULL));
CREATE FUNCTION closure_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.closure <> 'timetable' AND NOT EXISTS (SELECT 1 FROM closures WHERE id = NEW.closure) THEN
        RAISE EXCEPTION 'slots.closure is not a closing';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER slots_closure_is_made_there BEFORE INSERT ON slots
    FOR EACH ROW WHEN (NEW.closure IS NOT NULL) EXECUTE FUNCTION closure_is_there();
CREATE TRIGGER slots_closure_is_kept_there BEFORE UPDATE OF closure ON slots
    FOR EACH ROW WHEN (NEW.closure IS DISTINCT FROM OLD.closure) EXECUTE FUNCTION closure_is_there();
CREATE FUNCTION closure_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'closures are kept';
END
$$;
CREATE TRIGGER closures_are_kept BEFORE DELETE ON closures FOR EACH ROW EXECUTE FUNCTION closure_is_kept();

-- Who visits at home has an account.
ALTER TABLE home_care ADD CONSTRAINT home_care_nurse FOREIGN KEY (nurse) REFERENCES staff (name);
