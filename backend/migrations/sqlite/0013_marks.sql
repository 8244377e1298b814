-- What the server keeps about the database itself: whether it can be written, and with which key it is sealed.
CREATE TABLE marks (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

-- Every state is a word that the server knows, and every appointment belongs to a step. SQLite adds no constraint to a
-- table that is there, so triggers refuse what is written, and what is there already is counted once: a database with
-- other words does not come up to date, and the constraint that fails names table and column.
CREATE TABLE unknown_words (
    appointments_state BIGINT CONSTRAINT appointments_state CHECK (appointments_state = 0),
    appointments_step BIGINT CONSTRAINT appointments_step CHECK (appointments_step = 0),
    followups_ending BIGINT CONSTRAINT followups_ending CHECK (followups_ending = 0),
    steps_outcome BIGINT CONSTRAINT steps_outcome CHECK (steps_outcome = 0),
    calls_outcome BIGINT CONSTRAINT calls_outcome CHECK (calls_outcome = 0),
    staff_roles_role BIGINT CONSTRAINT staff_roles_role CHECK (staff_roles_role = 0),
    home_care_state BIGINT CONSTRAINT home_care_state CHECK (home_care_state = 0),
    home_care_outcome BIGINT CONSTRAINT home_care_outcome CHECK (home_care_outcome = 0)
);
INSERT INTO unknown_words SELECT
    (SELECT COUNT(*) FROM appointments WHERE state NOT IN ('held', 'booked', 'arrived', 'attended', 'missed', 'cancelled-by-patient', 'cancelled-by-clinic', 'moved', 'released')),
    (SELECT COUNT(*) FROM appointments WHERE step NOT IN (SELECT id FROM steps)),
    (SELECT COUNT(*) FROM followups WHERE ending NOT IN ('completed', 'declined', 'died', 'moved-away', 'treated-elsewhere', 'withdrawn', 'erased')),
    (SELECT COUNT(*) FROM steps WHERE outcome NOT IN ('clear', 'review', 'further-tests', 'treatment')),
    (SELECT COUNT(*) FROM calls WHERE outcome NOT IN ('agreed', 'call-later', 'wrong-number', 'declined', 'died', 'moved-away', 'treated-elsewhere')),
    (SELECT COUNT(*) FROM staff_roles WHERE role NOT IN ('nurse', 'coordinator', 'schedule-manager', 'auditor', 'administrator')),
    (SELECT COUNT(*) FROM home_care WHERE state NOT IN ('asked', 'suitable', 'unsuitable', 'planned', 'missed', 'done', 'not-done', 'withdrawn')),
    (SELECT COUNT(*) FROM home_care WHERE outcome NOT IN ('done', 'nobody-there', 'refused', 'hospital'));
DROP TABLE unknown_words;

CREATE TRIGGER appointments_state_is_made_known BEFORE INSERT ON appointments
    WHEN NEW.state NOT IN ('held', 'booked', 'arrived', 'attended', 'missed', 'cancelled-by-patient', 'cancelled-by-clinic', 'moved', 'released')
    BEGIN SELECT RAISE(ABORT, 'appointments.state is not a known word'); END;
CREATE TRIGGER appointments_state_becomes_known BEFORE UPDATE OF state ON appointments
    WHEN NEW.state NOT IN ('held', 'booked', 'arrived', 'attended', 'missed', 'cancelled-by-patient', 'cancelled-by-clinic', 'moved', 'released')
    BEGIN SELECT RAISE(ABORT, 'appointments.state is not a known word'); END;
CREATE TRIGGER followups_ending_is_made_known BEFORE INSERT ON followups
    WHEN NEW.ending NOT IN ('completed', 'declined', 'died', 'moved-away', 'treated-elsewhere', 'withdrawn', 'erased')
    BEGIN SELECT RAISE(ABORT, 'followups.ending is not a known word'); END;
CREATE TRIGGER followups_ending_becomes_known BEFORE UPDATE OF ending ON followups
    WHEN NEW.ending NOT IN ('completed', 'declined', 'died', 'moved-away', 'treated-elsewhere', 'withdrawn', 'erased')
    BEGIN SELECT RAISE(ABORT, 'followups.ending is not a known word'); END;
CREATE TRIGGER steps_outcome_is_made_known BEFORE INSERT ON steps
    WHEN NEW.outcome NOT IN ('clear', 'review', 'further-tests', 'treatment')
    BEGIN SELECT RAISE(ABORT, 'steps.outcome is not a known word'); END;
CREATE TRIGGER steps_outcome_becomes_known BEFORE UPDATE OF outcome ON steps
    WHEN NEW.outcome NOT IN ('clear', 'review', 'further-tests', 'treatment')
    BEGIN SELECT RAISE(ABORT, 'steps.outcome is not a known word'); END;
CREATE TRIGGER calls_outcome_is_made_known BEFORE INSERT ON calls
    WHEN NEW.outcome NOT IN ('agreed', 'call-later', 'wrong-number', 'declined', 'died', 'moved-away', 'treated-elsewhere')
    BEGIN SELECT RAISE(ABORT, 'calls.outcome is not a known word'); END;
CREATE TRIGGER calls_outcome_becomes_known BEFORE UPDATE OF outcome ON calls
    WHEN NEW.outcome NOT IN ('agreed', 'call-later', 'wrong-number', 'declined', 'died', 'moved-away', 'treated-elsewhere')
    BEGIN SELECT RAISE(ABORT, 'calls.outcome is not a known word'); END;
CREATE TRIGGER staff_roles_role_is_made_known BEFORE INSERT ON staff_roles
    WHEN NEW.role NOT IN ('nurse', 'coordinator', 'schedule-manager', 'auditor', 'administrator')
    BEGIN SELECT RAISE(ABORT, 'staff_roles.role is not a known word'); END;
CREATE TRIGGER staff_roles_role_becomes_known BEFORE UPDATE OF role ON staff_roles
    WHEN NEW.role NOT IN ('nurse', 'coordinator', 'schedule-manager', 'auditor', 'administrator')
    BEGIN SELECT RAISE(ABORT, 'staff_roles.role is not a known word'); END;
CREATE TRIGGER home_care_state_is_made_known BEFORE INSERT ON home_care
    WHEN NEW.state NOT IN ('asked', 'suitable', 'unsuitable', 'planned', 'missed', 'done', 'not-done', 'withdrawn')
    BEGIN SELECT RAISE(ABORT, 'home_care.state is not a known word'); END;
CREATE TRIGGER home_care_state_becomes_known BEFORE UPDATE OF state ON home_care
    WHEN NEW.state NOT IN ('asked', 'suitable', 'unsuitable', 'planned', 'missed', 'done', 'not-done', 'withdrawn')
    BEGIN SELECT RAISE(ABORT, 'home_care.state is not a known word'); END;
CREATE TRIGGER home_care_outcome_is_made_known BEFORE INSERT ON home_care
    WHEN NEW.outcome NOT IN ('done', 'nobody-there', 'refused', 'hospital')
    BEGIN SELECT RAISE(ABORT, 'home_care.outcome is not a known word'); END;
CREATE TRIGGER home_care_outcome_becomes_known BEFORE UPDATE OF outcome ON home_care
    WHEN NEW.outcome NOT IN ('done', 'nobody-there', 'refused', 'hospital')
    BEGIN SELECT RAISE(ABORT, 'home_care.outcome is not a known word'); END;
CREATE TRIGGER appointments_step_is_made_there BEFORE INSERT ON appointments
    WHEN NOT EXISTS (SELECT 1 FROM steps WHERE id = NEW.step)
    BEGIN SELECT RAISE(ABORT, 'appointments.step is not a step'); END;
CREATE TRIGGER appointments_step_is_kept_there BEFORE UPDATE OF step ON appointments
    WHEN NOT EXISTS (SELECT 1 FROM steps WHERE id = NEW.step)
    BEGIN SELECT RAISE(ABORT, 'appointments.step is not a step'); END;
CREATE TRIGGER steps_with_appointments_are_kept BEFORE DELETE ON steps
    WHEN EXISTS (SELECT 1 FROM appointments WHERE followup = OLD.followup AND step = OLD.id)
    BEGIN SELECT RAISE(ABORT, 'appointments.step is not a step'); END;
