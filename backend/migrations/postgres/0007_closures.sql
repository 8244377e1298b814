-- 1 when the reason was written for patients to read; those before were written for colleagues.
ALTER TABLE closures ADD COLUMN told BIGINT NOT NULL DEFAULT 0;
