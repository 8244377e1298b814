-- A referral can be given back after it was taken, and a link that another one took the place of says so.

ALTER TABLE referrals DROP CONSTRAINT referrals_state_check;
ALTER TABLE referrals ADD CONSTRAINT referrals_state_check
    CHECK (state IN ('offered', 'accepted', 'declined', 'withdrawn', 'returned'));

-- Links that another one took the place of: whoever still has one is led to the hospital in charge.
CREATE TABLE retired_links (
    token_hash TEXT PRIMARY KEY NOT NULL,
    followup TEXT NOT NULL REFERENCES followups (id),
    retired BIGINT NOT NULL
);
CREATE INDEX retired_links_by_followup ON retired_links (followup);
