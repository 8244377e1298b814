-- How many calls in a row nobody answered, and when the message with the link in force was marked as sent.
ALTER TABLE followups ADD COLUMN unanswered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE followups ADD COLUMN sent BIGINT;
-- A call that nobody answered is one, too.
DROP TRIGGER calls_outcome_is_made_known;
DROP TRIGGER calls_outcome_becomes_known;
CREATE TRIGGER calls_outcome_is_made_known BEFORE INSERT ON calls
    WHEN NEW.outcome NOT IN ('agreed', 'no-answer', 'call-later', 'wrong-number', 'declined', 'died', 'moved-away', 'treated-elsewhere')
    BEGIN SELECT RAISE(ABORT, 'calls.outcome is not a known word'); END;
CREATE TRIGGER calls_outcome_becomes_known BEFORE UPDATE OF outcome ON calls
    WHEN NEW.outcome NOT IN ('agreed', 'no-answer', 'call-later', 'wrong-number', 'declined', 'died', 'moved-away', 'treated-elsewhere')
    BEGIN SELECT RAISE(ABORT, 'calls.outcome is not a known word'); END;
