-- A referral can be given back after it was taken, and a link that another one took the place of says so.

CREATE TABLE referrals_anew (
    id TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    from_hospital TEXT NOT NULL,
    to_hospital TEXT NOT NULL,
    made BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    reason_sealed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'declined', 'withdrawn', 'returned')),
    answered BIGINT,
    answered_by TEXT,
    answer_sealed TEXT NOT NULL DEFAULT ''
);
INSERT INTO referrals_anew (id, followup, from_hospital, to_hospital, made, made_by, reason_sealed, state, answered,
    answered_by, answer_sealed)
    SELECT id, followup, from_hospital, to_hospital, made, made_by, reason_sealed, state, answered, answered_by,
        answer_sealed FROM referrals;
DROP TABLE referrals;
ALTER TABLE referrals_anew RENAME TO referrals;
CREATE UNIQUE INDEX one_open_referral ON referrals (followup) WHERE state = 'offered';
CREATE INDEX referrals_to ON referrals (to_hospital, state);
CREATE INDEX referrals_from ON referrals (from_hospital, state);
CREATE INDEX referrals_by_followup ON referrals (followup);

-- Links that another one took the place of: whoever still has one is led to the hospital in charge.
CREATE TABLE retired_links (
    token_hash TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    retired BIGINT NOT NULL
);
CREATE INDEX retired_links_by_followup ON retired_links (followup);
