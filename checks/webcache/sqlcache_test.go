package webcache

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"meiqia-diag/checks/webcache/webcachetest"
)

// sqlCache writes a SQL cache of one database.
func sqlCache(t testing.TB, dir string, answers []webcachetest.Answer) {
	t.Helper()
	webcachetest.Must(t, os.MkdirAll(dir, 0o700))
	webcachetest.Must(t, os.WriteFile(filepath.Join(dir, "index"), []byte("SQLCacheTruncate3"), 0o600))
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "sqldb0")))
	webcachetest.Must(t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	exec := func(q string, args ...any) {
		_, err := db.Exec(q, args...)
		webcachetest.Must(t, err)
	}
	exec(`PRAGMA synchronous = OFF`)
	exec(`CREATE TABLE resources(res_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, last_used INTEGER NOT NULL, hints INTEGER NOT NULL, body_end INTEGER NOT NULL, bytes_usage INTEGER NOT NULL,
		doomed INTEGER NOT NULL, check_sum INTEGER NOT NULL, cache_key_hash INTEGER NOT NULL, cache_key TEXT NOT NULL, head BLOB)`)
	exec(`CREATE TABLE blobs(blob_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, res_id INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, check_sum INTEGER NOT NULL, blob BLOB NOT NULL)`)
	exec(`CREATE INDEX index_resources_cache_key_hash_doomed ON resources(cache_key_hash, doomed)`)
	exec(`CREATE UNIQUE INDEX index_blobs_res_id_start ON blobs(res_id, start)`)
	exec(`BEGIN`)
	for i, a := range answers {
		key, head := a.Key(), a.Pickle()
		hash := int64(int32(SuperFastHash(key)))
		size := int64(len(a.Body)) + a.Hole
		exec(`INSERT INTO resources VALUES(?, 0, 0, ?, ?, 0, ?, ?, ?, ?)`, i+1, size, size, int64(int32(sqlSum(head, hash))), hash, key, head)
		if a.Hole > 0 { // as large as a body, and as cheap as can be
			exec(`INSERT INTO blobs(res_id, start, end, check_sum, blob) VALUES(?, 0, ?, 0, zeroblob(?))`, i+1, size, size)
			continue
		}
		exec(`INSERT INTO blobs(res_id, start, end, check_sum, blob) VALUES(?, 0, ?, ?, ?)`, i+1, size, int64(int32(sqlSum(a.Body, hash))), a.Body)
	}
	exec(`COMMIT`)
}

func TestSQLCache(t *testing.T) {
	dir := t.TempDir()
	other := example
	other.URL += "2"
	sqlCache(t, dir, []webcachetest.Answer{example, other})
	r, err := Read(t.Context(), dir, "", func(url string) bool { return url == example.URL })
	if err != nil || r.Format != SQL || len(r.Entries) != 1 || r.Seen != 2 || r.Torn != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	same(t, r.Entries[0], "sql")

	// In the middle of a transaction nothing is known; a checksum that does not hold is torn.
	webcachetest.Must(t, os.WriteFile(filepath.Join(dir, "sqldb0-journal"), []byte("x"), 0o600))
	if r, _ := Read(t.Context(), dir, "", anything); len(r.Entries) != 0 || r.Torn != 1 || r.Retried != 3 {
		t.Errorf("%+v", r)
	}
	webcachetest.Must(t, os.Remove(filepath.Join(dir, "sqldb0-journal")))
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "sqldb0")))
	webcachetest.Must(t, err)
	_, err = db.Exec(`UPDATE resources SET check_sum = check_sum + 1 WHERE res_id = 1; UPDATE blobs SET blob = x'00' WHERE res_id = 2`)
	webcachetest.Must(t, err)
	// What a write-ahead log holds is read with it, out of a copy.
	for _, q := range []string{`PRAGMA journal_mode = WAL`, `PRAGMA wal_autocheckpoint = 0`} {
		_, err = db.Exec(q)
		webcachetest.Must(t, err)
	}
	third := example
	third.URL += "3"
	_, err = db.Exec(`INSERT INTO resources VALUES(3, 0, 0, 0, 0, 0, ?, ?, ?, ?)`, int64(int32(sqlSum(third.Pickle(), int64(SuperFastHash(third.Key()))))), int64(int32(SuperFastHash(third.Key()))), third.Key(), third.Pickle())
	webcachetest.Must(t, err)
	defer db.Close()
	r, err = Read(t.Context(), dir, "", anything)
	if err != nil || r.Torn != 1 || len(r.Entries) != 2 || r.Entries[1].URL != third.URL {
		t.Fatalf("%+v, %v", r, err)
	}
	if text, err := r.Entries[0].Text(10); err == nil {
		t.Errorf("a body whose checksum does not hold: %q", text)
	}
}
