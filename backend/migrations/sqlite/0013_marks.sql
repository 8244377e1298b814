-- What the server keeps about the database itself: whether it can be written, and with which key it is sealed.
CREATE TABLE marks (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);
