-- meiqia-diag triage, schema 1, ClickHouse.
-- ReplacingMergeTree keeps one row of each key, whatever was written twice: read with FINAL.
-- triage_schema holds one number, the version of this layout.
-- Times are milliseconds since 1970 in UTC; '' and 0 stand for unknown.
CREATE TABLE triage_schema (version Int64) ENGINE = ReplacingMergeTree ORDER BY (version);
-- One row per report. The key is the SHA-256 of its report.json, the one that the archive's manifest.json gives.
CREATE TABLE triage_reports (
  hash String,
  archive String,                 -- SHA-256 of the archive it came in, or that it says was written; '' unknown
  at_ms Int64,                    -- when it happened
  at_basis String,                -- what says so: attempt (the incident), timeline (the evidence), run (when it was diagnosed)
  run_ms Int64,                   -- when it was diagnosed
  tool String,
  profile String,
  profile_version String,
  health Int64,                   -- 1: a health run, nobody tried to recall
  outcome String,                 -- healthy explained inconclusive
  stage String,                   -- the first that broke
  request_result String,
  sender_view String,
  visitor_view String,
  channel String,
  message_type String,
  device String,
  system String,
  client_version String,
  page_build String,              -- build of the page that ran
  service_build String,           -- build that the service had then
  browser String,
  browser_version String,
  network_fault String,           -- place and kind
  network_quality String,         -- good lossy unstable slow gap dead
  network_loss String,            -- none <1% 1-5% >5%
  sdk String,                     -- the visitor's client
  sdk_version String
) ENGINE = ReplacingMergeTree ORDER BY (hash);
-- The causes that its verdict lists. Of a report whose outcome is inconclusive they are candidates.
CREATE TABLE triage_causes (
  hash String,
  code String,
  role String,                    -- primary contributing
  probability Float64             -- 0 to 1
) ENGINE = ReplacingMergeTree ORDER BY (hash, code);
-- What spoke for the primary cause, and the extensions' rules that stopped the recall.
CREATE TABLE triage_rules (
  hash String,
  kind String,                    -- verdict extension
  rule String
) ENGINE = ReplacingMergeTree ORDER BY (hash, kind, rule);
-- What would have settled it.
CREATE TABLE triage_missing (
  hash String,
  what String                     -- English
) ENGINE = ReplacingMergeTree ORDER BY (hash, what);
-- Files that were looked at, so that they need not be read again while size and time stay the same.
CREATE TABLE triage_files (
  host String,                    -- the machine that looked
  path String,
  size Int64,
  mtime_ns Int64,
  state String,                   -- report broken changed encrypted foreign
  why_zh String,
  why_en String,
  reader Int64,                   -- version of the reading code
  hash String                     -- of the report in it; '' none
) ENGINE = ReplacingMergeTree ORDER BY (host, path, hash);
