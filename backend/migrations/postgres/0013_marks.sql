-- What the server keeps about the database itself: whether it can be written, and with which key it is sealed.
CREATE TABLE marks (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);

-- Every state is a word that the server knows, and every appointment belongs to a step. A database with other words does
-- not come up to date: the constraint that is violated names table and column.
ALTER TABLE appointments ADD CONSTRAINT appointments_state CHECK (state IN
    ('held', 'booked', 'arrived', 'attended', 'missed', 'cancelled-by-patient', 'cancelled-by-clinic', 'moved', 'released'));
ALTER TABLE followups ADD CONSTRAINT followups_ending CHECK (ending IN
    ('completed', 'declined', 'died', 'moved-away', 'treated-elsewhere', 'withdrawn', 'erased'));
ALTER TABLE steps ADD CONSTRAINT steps_outcome CHECK (outcome IN
    ('clear', 'review', 'further-tests', 'treatment'));
ALTER TABLE calls ADD CONSTRAINT calls_outcome CHECK (outcome IN
    ('agreed', 'call-later', 'wrong-number', 'declined', 'died', 'moved-away', 'treated-elsewhere'));
ALTER TABLE staff_roles ADD CONSTRAINT staff_roles_role CHECK (role IN
    ('nurse', 'coordinator', 'schedule-manager', 'auditor', 'administrator'));
ALTER TABLE home_care ADD CONSTRAINT home_care_state CHECK (state IN
    ('asked', 'suitable', 'unsuitable', 'planned', 'missed', 'done', 'not-done', 'withdrawn'));
ALTER TABLE home_care ADD CONSTRAINT home_care_outcome CHECK (outcome IN
    ('done', 'nobody-there', 'refused', 'hospital'));
ALTER TABLE appointments ADD CONSTRAINT appointments_step FOREIGN KEY (step) REFERENCES steps (id);
