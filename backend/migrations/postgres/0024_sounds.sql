-- People are found by their family name alone and by how their name is said.
DROP INDEX followups_to_fold;
CREATE INDEX followups_to_fold ON followups (id) WHERE folding < 4;
