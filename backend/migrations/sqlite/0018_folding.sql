-- The mark of a person names no hospital any more: it stays right when another one takes over.
DROP INDEX followups_to_fold;
CREATE INDEX followups_to_fold ON followups (id) WHERE folding < 3;
