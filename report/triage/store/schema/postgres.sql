-- meiqia-diag triage, schema 1, PostgreSQL.
-- triage_schema holds one number, the version of this layout.
-- Times are milliseconds since 1970 in UTC; '' and 0 stand for unknown.
CREATE TABLE triage_schema (version BIGINT NOT NULL);
-- One row per report. The key is the SHA-256 of its report.json, the one that the archive's manifest.json gives.
CREATE TABLE triage_reports (
  hash TEXT PRIMARY KEY,
  archive TEXT NOT NULL,          -- SHA-256 of the archive it came in, or that it says was written; '' unknown
  at_ms BIGINT NOT NULL,         -- when it happened
  at_basis TEXT NOT NULL,         -- what says so: attempt (the incident), timeline (the evidence), run (when it was diagnosed)
  run_ms BIGINT NOT NULL,        -- when it was diagnosed
  tool TEXT NOT NULL,
  profile TEXT NOT NULL,
  profile_version TEXT NOT NULL,
  health BIGINT NOT NULL,        -- 1: a health run, nobody tried to recall
  outcome TEXT NOT NULL,          -- healthy explained inconclusive
  stage TEXT NOT NULL,            -- the first that broke
  request_result TEXT NOT NULL,
  sender_view TEXT NOT NULL,
  visitor_view TEXT NOT NULL,
  channel TEXT NOT NULL,
  message_type TEXT NOT NULL,
  device TEXT NOT NULL,
  system TEXT NOT NULL,
  client_version TEXT NOT NULL,
  page_build TEXT NOT NULL,       -- build of the page that ran
  service_build TEXT NOT NULL,    -- build that the service had then
  browser TEXT NOT NULL,
  browser_version TEXT NOT NULL,
  network_fault TEXT NOT NULL,    -- place and kind
  network_quality TEXT NOT NULL,  -- good lossy unstable slow gap dead
  network_loss TEXT NOT NULL,     -- none <1% 1-5% >5%
  sdk TEXT NOT NULL,              -- the visitor's client
  sdk_version TEXT NOT NULL
);
CREATE INDEX triage_reports_at ON triage_reports (at_ms);
CREATE INDEX triage_reports_archive ON triage_reports (archive);
-- The causes that its verdict lists. Of a report whose outcome is inconclusive they are candidates.
CREATE TABLE triage_causes (
  hash TEXT NOT NULL,
  code TEXT NOT NULL,
  role TEXT NOT NULL,             -- primary contributing
  probability DOUBLE PRECISION NOT NULL,      -- 0 to 1
  PRIMARY KEY (hash, code)
);
-- What spoke for the primary cause, and the extensions' rules that stopped the recall.
CREATE TABLE triage_rules (
  hash TEXT NOT NULL,
  kind TEXT NOT NULL,             -- verdict extension
  rule TEXT NOT NULL,
  PRIMARY KEY (hash, kind, rule)
);
-- What would have settled it.
CREATE TABLE triage_missing (
  hash TEXT NOT NULL,
  what TEXT NOT NULL,             -- English
  PRIMARY KEY (hash, what)
);
-- Files that were looked at, so that they need not be read again while size and time stay the same.
CREATE TABLE triage_files (
  host TEXT NOT NULL,             -- the machine that looked
  path TEXT NOT NULL,
  size BIGINT NOT NULL,
  mtime_ns BIGINT NOT NULL,
  state TEXT NOT NULL,            -- report broken changed encrypted foreign
  why_zh TEXT NOT NULL,
  why_en TEXT NOT NULL,
  reader BIGINT NOT NULL,        -- version of the reading code
  hash TEXT NOT NULL,             -- of the report in it; '' none
  PRIMARY KEY (host, path, hash)
);
