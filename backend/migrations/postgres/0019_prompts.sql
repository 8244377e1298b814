-- What asks staff to look after a follow-up at once, since when, and the word of the reason that was given.
ALTER TABLE followups ADD COLUMN prompt TEXT CONSTRAINT followups_prompt
    CHECK (prompt IN ('cancelled-by-patient', 'cancelled-by-family', 'lapsed', 'wrong-number'));
ALTER TABLE followups ADD COLUMN prompt_at BIGINT;
ALTER TABLE followups ADD COLUMN prompt_detail TEXT NOT NULL DEFAULT '';
-- Since when the phone number is known to be wrong: until another one stands there, or somebody was reached by it.
ALTER TABLE followups ADD COLUMN wrong_number BIGINT;
UPDATE followups SET wrong_number =
    (SELECT MAX(at) FROM calls WHERE calls.followup = followups.id AND outcome = 'wrong-number')
    WHERE ending IS NULL;
-- Somebody who was reached by it has it, and a change of the follow-up after it may have mended it.
UPDATE followups SET wrong_number = NULL WHERE wrong_number IS NOT NULL AND (EXISTS
    (SELECT 1 FROM calls WHERE calls.followup = followups.id AND calls.at > followups.wrong_number
     AND outcome = 'agreed') OR EXISTS
    (SELECT 1 FROM history WHERE history.followup = followups.id AND history.at > followups.wrong_number
     AND action IN ('edit', 'reopen')));
-- Whoever is prompted for by what has happened before gets the moment anew when the server starts.
UPDATE followups SET due = NULL WHERE ending IS NULL AND (wrong_number IS NOT NULL OR EXISTS
    (SELECT 1 FROM history WHERE history.followup = followups.id AND (action = 'cancel'
     OR (action = 'hold' AND detail IN ('offer', 'replacement')))));
