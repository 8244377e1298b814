-- How many calls in a row nobody answered, and when the message with the link in force was marked as sent.
ALTER TABLE followups ADD COLUMN unanswered BIGINT NOT NULL DEFAULT 0;
ALTER TABLE followups ADD COLUMN sent BIGINT;
-- A call that nobody answered is one, too.
ALTER TABLE calls DROP CONSTRAINT calls_outcome;
ALTER TABLE calls ADD CONSTRAINT calls_outcome CHECK (outcome IN
    ('agreed', 'no-answer', 'call-later', 'wrong-number', 'declined', 'died', 'moved-away', 'treated-elsewhere'));
