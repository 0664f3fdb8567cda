-- Which of a connection's two lines its state, reason and next try are of: "read" or "write".
ALTER TABLE health ADD COLUMN line TEXT NOT NULL DEFAULT 'read';
