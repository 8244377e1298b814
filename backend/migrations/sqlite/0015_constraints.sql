-- What must never be stored, whoever writes it. As with the words of states, triggers refuse it, and what is there already
-- is counted once: a database that holds such a row does not come up to date, and the constraint that fails names table
-- and column.

-- Whoever acts in a session is a relative of the same follow-up. Sessions of others end: they prove themselves anew.
DELETE FROM patient_sessions WHERE helper IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM helpers WHERE helpers.id = helper AND helpers.followup = patient_sessions.followup);

CREATE TABLE wrong_rows (
    appointments_until BIGINT CONSTRAINT appointments_until CHECK (appointments_until = 0),
    appointments_step BIGINT CONSTRAINT appointments_step CHECK (appointments_step = 0),
    questions_answered BIGINT CONSTRAINT questions_answered CHECK (questions_answered = 0),
    referrals_answered BIGINT CONSTRAINT referrals_answered CHECK (referrals_answered = 0),
    closures_undone BIGINT CONSTRAINT closures_undone CHECK (closures_undone = 0),
    home_care_nurse BIGINT CONSTRAINT home_care_nurse CHECK (home_care_nurse = 0)
);
INSERT INTO wrong_rows SELECT
    (SELECT COUNT(*) FROM appointments WHERE state = 'held' AND until IS NULL),
    (SELECT COUNT(*) FROM appointments WHERE NOT EXISTS
        (SELECT 1 FROM steps WHERE steps.id = step AND steps.followup = appointments.followup)),
    (SELECT COUNT(*) FROM questions WHERE (answered IS NULL) <> (answered_by IS NULL)
        OR (answered IS NULL) <> (answer_sealed = '')),
    (SELECT COUNT(*) FROM referrals WHERE state NOT IN ('offered', 'withdrawn')
        AND (answered IS NULL OR answered_by IS NULL)),
    (SELECT COUNT(*) FROM closures WHERE (undone IS NULL) <> (undone_by IS NULL)),
    (SELECT COUNT(*) FROM home_care WHERE nurse NOT IN (SELECT name FROM staff));
DROP TABLE wrong_rows;

-- A place that is kept is kept until a moment, or nobody would ever get it.
CREATE TRIGGER appointments_until_is_made_right BEFORE INSERT ON appointments
    WHEN NEW.state = 'held' AND NEW.until IS NULL
    BEGIN SELECT RAISE(ABORT, 'appointments.until is missing'); END;
CREATE TRIGGER appointments_until_stays_right BEFORE UPDATE OF state, until ON appointments
    WHEN NEW.state = 'held' AND NEW.until IS NULL
    BEGIN SELECT RAISE(ABORT, 'appointments.until is missing'); END;
-- An appointment belongs to a step of the same follow-up.
DROP TRIGGER appointments_step_is_made_there;
DROP TRIGGER appointments_step_is_kept_there;
CREATE TRIGGER appointments_step_is_made_there BEFORE INSERT ON appointments
    WHEN NOT EXISTS (SELECT 1 FROM steps WHERE id = NEW.step AND followup = NEW.followup)
    BEGIN SELECT RAISE(ABORT, 'appointments.step is not a step of the follow-up'); END;
CREATE TRIGGER appointments_step_is_kept_there BEFORE UPDATE OF step, followup ON appointments
    WHEN NOT EXISTS (SELECT 1 FROM steps WHERE id = NEW.step AND followup = NEW.followup)
    BEGIN SELECT RAISE(ABORT, 'appointments.step is not a step of the follow-up'); END;
-- No question counts as answered without an answer and who gave it.
CREATE TRIGGER questions_answered_is_made_right BEFORE INSERT ON questions
    WHEN (NEW.answered IS NULL) <> (NEW.answered_by IS NULL) OR (NEW.answered IS NULL) <> (NEW.answer_sealed = '')
    BEGIN SELECT RAISE(ABORT, 'questions.answered does not fit the answer'); END;
CREATE TRIGGER questions_answered_stays_right BEFORE UPDATE OF answered, answered_by, answer_sealed ON questions
    WHEN (NEW.answered IS NULL) <> (NEW.answered_by IS NULL) OR (NEW.answered IS NULL) <> (NEW.answer_sealed = '')
    BEGIN SELECT RAISE(ABORT, 'questions.answered does not fit the answer'); END;
-- Whoever acts in a session is a relative of the same follow-up, for as long as it lasts.
CREATE TRIGGER patient_sessions_helper_is_made_right BEFORE INSERT ON patient_sessions
    WHEN NEW.helper IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM helpers WHERE id = NEW.helper AND followup = NEW.followup)
    BEGIN SELECT RAISE(ABORT, 'patient_sessions.helper is not a relative of the follow-up'); END;
CREATE TRIGGER patient_sessions_helper_stays_right BEFORE UPDATE OF helper, followup ON patient_sessions
    WHEN NEW.helper IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM helpers WHERE id = NEW.helper AND followup = NEW.followup)
    BEGIN SELECT RAISE(ABORT, 'patient_sessions.helper is not a relative of the follow-up'); END;
CREATE TRIGGER helpers_with_sessions_are_kept BEFORE DELETE ON helpers
    WHEN EXISTS (SELECT 1 FROM patient_sessions WHERE helper = OLD.id)
    BEGIN SELECT RAISE(ABORT, 'patient_sessions.helper is not a relative of the follow-up'); END;
-- No hospital has taken, declined or given back a referral without when and who.
CREATE TRIGGER referrals_answered_is_made_right BEFORE INSERT ON referrals
    WHEN NEW.state NOT IN ('offered', 'withdrawn') AND (NEW.answered IS NULL OR NEW.answered_by IS NULL)
    BEGIN SELECT RAISE(ABORT, 'referrals.answered is missing'); END;
CREATE TRIGGER referrals_answered_stays_right BEFORE UPDATE OF state, answered, answered_by ON referrals
    WHEN NEW.state NOT IN ('offered', 'withdrawn') AND (NEW.answered IS NULL OR NEW.answered_by IS NULL)
    BEGIN SELECT RAISE(ABORT, 'referrals.answered is missing'); END;
-- A closing has a time and is taken back by somebody; a slot is closed by a closing that is there or by the timetable.
-- Closings of earlier versions stay as they are.
CREATE TRIGGER closures_last_is_made_right BEFORE INSERT ON closures
    WHEN NEW.first >= NEW.last
    BEGIN SELECT RAISE(ABORT, 'closures.last is not after first'); END;
CREATE TRIGGER closures_last_stays_right BEFORE UPDATE OF first, last ON closures
    WHEN NEW.first >= NEW.last
    BEGIN SELECT RAISE(ABORT, 'closures.last is not after first'); END;
CREATE TRIGGER closures_undone_is_made_right BEFORE INSERT ON closures
    WHEN (NEW.undone IS NULL) <> (NEW.undone_by IS NULL)
    BEGIN SELECT RAISE(ABORT, 'closures.undone does not fit who has undone it'); END;
CREATE TRIGGER closures_undone_stays_right BEFORE UPDATE OF undone, undone_by ON closures
    WHEN (NEW.undone IS NULL) <> (NEW.undone_by IS NULL)
    BEGIN SELECT RAISE(ABORT, 'closures.undone does not fit who has undone it'); END;
CREATE TRIGGER slots_closure_is_made_there BEFORE INSERT ON slots
    WHEN NEW.closure <> 'timetable' AND NOT EXISTS (SELECT 1 FROM closures WHERE id = NEW.closure)
    BEGIN SELECT RAISE(ABORT, 'slots.closure is not a closing'); END;
CREATE TRIGGER slots_closure_is_kept_there BEFORE UPDATE OF closure ON slots
    WHEN NEW.closure IS NOT OLD.closure AND NEW.closure <> 'timetable' AND NOT EXISTS (SELECT 1 FROM closures WHERE id = NEW.closure)
    BEGIN SELECT RAISE(ABORT, 'slots.closure is not a closing'); END;
CREATE TRIGGER closures_are_kept BEFORE DELETE ON closures
    BEGIN SELECT RAISE(ABORT, 'closures are kept'); END;
-- Who visits at home has an account.
CREATE TRIGGER home_care_nurse_is_made_right BEFORE INSERT ON home_care
    WHEN NEW.nurse IS NOT NULL AND NOT EXISTS (SELECT 1 FROM staff WHERE name = NEW.nurse)
    BEGIN SELECT RAISE(ABORT, 'home_care.nurse has no account'); END;
CREATE TRIGGER home_care_nurse_stays_right BEFORE UPDATE OF nurse ON home_care
    WHEN NEW.nurse IS NOT NULL AND NOT EXISTS (SELECT 1 FROM staff WHERE name = NEW.nurse)
    BEGIN SELECT RAISE(ABORT, 'home_care.nurse has no account'); END;
CREATE TRIGGER staff_with_visits_are_kept BEFORE DELETE ON staff
    WHEN EXISTS (SELECT 1 FROM home_care WHERE nurse = OLD.name)
    BEGIN SELECT RAISE(ABORT, 'home_care.nurse has no account'); END;
