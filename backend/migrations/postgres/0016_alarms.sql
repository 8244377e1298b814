-- Tries at links are told to the hospital whose links were tried. Until now all were told to everybody.
CREATE TABLE alarms_by_hospital (
    hospital TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('endings', 'locks')),
    hour BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (hospital, kind, hour)
);
INSERT INTO alarms_by_hospital (hospital, kind, hour, count)
    SELECT reader.hospital, kind, hour, count FROM alarms CROSS JOIN (SELECT DISTINCT hospital FROM staff) AS reader;
DROP TABLE alarms;
ALTER TABLE alarms_by_hospital RENAME TO alarms;
