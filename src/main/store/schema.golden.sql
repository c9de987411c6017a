CREATE TABLE call_events (
  row INTEGER PRIMARY KEY,
  call_row INTEGER NOT NULL REFERENCES calls (row),
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  UNIQUE (epoch, seq)
) STRICT;

CREATE INDEX call_events_of_call ON call_events (call_row, row);

CREATE TABLE calls (
  row INTEGER PRIMARY KEY,
  epoch TEXT NOT NULL,
  call TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  origin TEXT NOT NULL CHECK (origin IN ('inside', 'outside')),
  number TEXT NOT NULL,
  name TEXT NOT NULL,
  called_number TEXT NOT NULL,
  arrived_at INTEGER NOT NULL,
  answered_at INTEGER,
  ended_at INTEGER,
  cause TEXT,
  cause_detail TEXT,
  ended_by TEXT CHECK (ended_by IN ('party', 'operator', 'exchange')),
  UNIQUE (epoch, call)
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;
