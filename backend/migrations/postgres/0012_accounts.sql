-- Tries that are counted before they are checked, passwords that must be changed, and a log that names roles and objects.

-- How often something was tried under a keyed hash, and until when that counts.
CREATE TABLE tries (
    key TEXT PRIMARY KEY NOT NULL,
    count BIGINT NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX tries_by_time ON tries (until);

-- How often, in an hour that begins at this moment, links were tried as a stranger tries them.
CREATE TABLE alarms (
    kind TEXT NOT NULL CHECK (kind IN ('endings', 'locks')),
    hour BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (kind, hour)
);

-- The day on which the wrong tries of a link were made.
ALTER TABLE followups ADD COLUMN tried_on TEXT;
ALTER TABLE home_care ADD COLUMN tried_on TEXT;

-- Browsers in which an account has signed in.
CREATE TABLE staff_devices (
    hash TEXT NOT NULL,
    staff TEXT NOT NULL REFERENCES staff (name),
    seen BIGINT NOT NULL,
    PRIMARY KEY (hash, staff)
);
CREATE INDEX staff_devices_by_staff ON staff_devices (staff);
CREATE INDEX staff_devices_by_time ON staff_devices (seen);

ALTER TABLE staff DROP COLUMN wrong_tries;
ALTER TABLE staff DROP COLUMN locked_until;
-- 1 while the password is one that somebody else has seen.
ALTER TABLE staff ADD COLUMN must_change BIGINT NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1));
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff);

ALTER TABLE audit ADD COLUMN roles TEXT NOT NULL DEFAULT '';
-- What was concerned where it is no follow-up and no request for nursing at home: an account, a batch, a day.
ALTER TABLE audit ADD COLUMN object TEXT NOT NULL DEFAULT '';

-- Who audits does nothing else. An account that did both keeps its work and loses the log; the log says so.
INSERT INTO audit (id, at, staff, action, hospital, object)
    SELECT 'auditor-apart-' || name, CAST(EXTRACT(EPOCH FROM now()) AS BIGINT) * 1000, 'zaoshai', 'auditor-apart', hospital, name
    FROM staff WHERE EXISTS (SELECT 1 FROM staff_roles WHERE staff = staff.name AND role = 'auditor')
    AND EXISTS (SELECT 1 FROM staff_roles WHERE staff = staff.name AND role <> 'auditor');
DELETE FROM staff_roles WHERE role = 'auditor'
    AND EXISTS (SELECT 1 FROM staff_roles AS other WHERE other.staff = staff_roles.staff AND other.role <> 'auditor');
CREATE FUNCTION auditor_is_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM staff_roles WHERE staff = NEW.staff AND role <> NEW.role AND 'auditor' IN (role, NEW.role)) THEN
        RAISE EXCEPTION 'an auditor has no other role';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER an_auditor_has_no_other_role BEFORE INSERT ON staff_roles
    FOR EACH ROW EXECUTE FUNCTION auditor_is_alone();
