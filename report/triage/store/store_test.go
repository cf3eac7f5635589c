package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/triage/store"
	"meiqia-diag/report/triage/store/storetest"
)

func hash(n int) string { return fmt.Sprintf("%064x", n) }

// sample is a report with something in every column.
func sample(n int) *store.Report {
	return &store.Report{
		Hash: hash(n), Archive: hash(n + 1000), At: 1_790_000_000_000 + int64(n), AtBasis: "attempt", Run: 1_790_000_100_000, Tool: "1.2.3", Profile: "meiqia", ProfileVersion: "4", Health: n%2 == 0,
		Outcome: "explained", Stage: "dispatch", RequestResult: "not_sent", SenderView: "still_visible", VisitorView: "unknown", Channel: "微信", MessageType: "text", Device: "desktop_web", System: "Windows 10/11",
		ClientVersion: "5.2.1", PageBuild: "2026.11.1", ServiceBuild: "2026.11.2", Browser: "chrome", BrowserVersion: "142.0.0.0", NetworkFault: "dns failed", NetworkQuality: "lossy", NetworkLoss: ">5%", SDK: "android", SDKVersion: "3.5.0",
		Causes:  []store.Cause{{Code: "dispatch.stale-app", Role: "primary", Probability: 0.9}, {Code: "decision.clock-skew", Role: "contributing", Probability: 0.125}},
		Rules:   []store.Rule{{Kind: "extension", Name: "Ad'Filter \\ $1 ? ||meiqia.com^"}, {Kind: "verdict", Name: "page-build-older"}},
		Missing: []string{"a HAR", "the console's log"},
	}
}

func entry(path string, r *store.Report) store.Entry {
	e := store.Entry{File: store.File{Path: path, Size: 10, MTime: 20, State: "foreign", WhyZH: "不是报告", WhyEN: "it is no report", Reader: 1}, Report: r}
	if r != nil {
		e.File.State, e.File.WhyZH, e.File.WhyEN, e.File.Hash = "report", "", "", r.Hash
	}
	return e
}

func open(t *testing.T, where string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func files(t *testing.T, db *store.DB) map[string]store.File {
	t.Helper()
	out := map[string]store.File{}
	if err := db.Files(t.Context(), func(f store.File) { out[f.Path+" "+f.Hash] = f }); err != nil {
		t.Fatal(err)
	}
	return out
}

// conduct is what every database must do alike.
func conduct(t *testing.T, where string) {
	db := open(t, where)
	ctx := t.Context()
	var list []store.Entry
	var want []*store.Report
	for n := 1; n <= 1100; n++ { // more than one statement takes
		r := sample(n)
		want = append(want, r)
		list = append(list, entry(fmt.Sprintf("/reports/%d.zip", n), r))
	}
	list = append(list, entry("/reports/note.txt", nil), entry("/reports/copy.zip", sample(7)))
	put := func(db *store.DB, list []store.Entry) {
		t.Helper()
		if err := db.Put(ctx, list); err != nil {
			t.Fatal(err)
		}
	}
	same := func(db *store.DB) {
		t.Helper()
		got, err := db.Reports(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%d reports, want %d; what came back differs:\n%.2000s", len(got), len(want), d)
		}
	}
	put(db, list)
	same(db)
	put(db, list) // again, and in another order, changes nothing
	put(db, []store.Entry{list[5], list[3], list[5]})
	same(db)
	if got := files(t, db); len(got) != 1102 || got["/reports/note.txt "].WhyZH != "不是报告" || got["/reports/copy.zip "+hash(7)].State != "report" {
		t.Errorf("%d files: %+v", len(got), got["/reports/note.txt "])
	}

	// A file that changed is known by what it holds now, and its former report stays.
	changed := entry("/reports/1.zip", sample(2000))
	changed.File.Size, changed.File.MTime = 11, 21
	put(db, []store.Entry{changed})
	want = append(want, sample(2000))
	same(db)
	touched := entry("/reports/2.zip", sample(2))
	touched.File.MTime = 99
	put(db, []store.Entry{touched})
	if got := files(t, db); got["/reports/2.zip "+hash(2)].MTime != 99 || len(got) != 1103 {
		t.Errorf("%d files, %+v", len(got), got["/reports/2.zip "+hash(2)])
	}

	// Two at once, as from two desks.
	other := open(t, where)
	if where != store.Memory {
		var wg sync.WaitGroup
		for i, d := range []*store.DB{db, other} {
			wg.Go(func() {
				for n := range 20 {
					if err := d.Put(ctx, []store.Entry{entry(fmt.Sprintf("/two/%d.zip", n), sample(3000+n)), entry(fmt.Sprintf("/desk%d/%d.zip", i, n), sample(3000+n))}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for n := range 20 {
			want = append(want, sample(3000+n))
		}
		same(other)
	}

	// What is forgotten is gone, unless another file holds it.
	if err := db.Forget(ctx, []string{"/reports/7.zip", "/reports/8.zip"}); err != nil {
		t.Fatal(err)
	}
	want = append(want[:7:7], want[8:]...)
	same(db)
	if err := db.Forget(ctx, nil); err != nil {
		t.Fatal(err)
	}
	same(db)
}

func TestSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder", "百分号%?#.sqlite")
	conduct(t, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the store: %v", info.Mode())
	}
}

func TestMemory(t *testing.T) { conduct(t, store.Memory) }

func TestPostgreSQL(t *testing.T) {
	s := storetest.Postgres(t)
	conduct(t, s.Address)
	secrets(t, s, "PGPASSWORD")
}

// Over TLS the store keeps what it keeps elsewhere, and goes by the address: a
// server that nobody vouches for is not spoken to, and neither side falls back
// to plain text.
func TestPostgreSQLOverTLS(t *testing.T) {
	s, root := storetest.PostgresTLS(t)
	conduct(t, s.Address)
	stranger, _ := storetest.Certificate(t, t.TempDir())
	plain := storetest.Postgres(t)
	trusting := "sslmode=verify-full&sslrootcert=" + url.QueryEscape(root)
	for name, c := range map[string]struct{ where, why string }{
		"another root":                    {strings.Replace(s.Address, url.QueryEscape(root), url.QueryEscape(stranger), 1), "nobody that is trusted signed"},
		"another name":                    {strings.Replace(s.Address, "127.0.0.1", "localhost", 1), "not for localhost"},
		"plain text to a server with TLS": {strings.Replace(s.Address, trusting, "sslmode=disable", 1), "over TLS alone"},
		"TLS to a server without":         {strings.Replace(plain.Address, "sslmode=disable", trusting, 1), "does without TLS"},
		"a root that is not there":        {strings.Replace(s.Address, url.QueryEscape(root), "nowhere.pem", 1), "nowhere.pem: a file that the database's address names"},
	} {
		db, err := store.Open(t.Context(), c.where)
		if err == nil {
			t.Errorf("%s: opened %s", name, db.Where())
			_ = db.Close()
			continue
		}
		told(t, err)
		if !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClickHouse(t *testing.T) {
	s := storetest.ClickHouse(t)
	conduct(t, s.Address)
	secrets(t, s, "CLICKHOUSE_PASSWORD")
}

// secrets sees that a password may stay out of the address, and is in no error.
func secrets(t *testing.T, s storetest.Server, variable string) {
	t.Helper()
	t.Setenv(variable, storetest.Password)
	db := open(t, s.Bare)
	if store.HasPassword(s.Bare) || !store.HasPassword(s.Address) {
		t.Error("where a password is was not seen")
	}
	if strings.Contains(db.Where(), "desk") || !strings.Contains(db.Where(), "127.0.0.1") {
		t.Errorf("shown as %s", db.Where())
	}
	t.Setenv(variable, "")
	wrong := strings.Replace(s.Address, "s3cret", "wr0ng", 1)
	for _, where := range []string{wrong, s.Bare, strings.Replace(wrong, "127.0.0.1:", "127.0.0.1:1", 1), strings.Replace(wrong, "?", "%zz?", 1) + "%zz"} {
		_, err := store.Open(t.Context(), where)
		told(t, err)
	}
	_, err := store.Open(t.Context(), wrong)
	if err == nil || !strings.Contains(err.Error(), "account or password is wrong") {
		t.Errorf("a wrong password: %v", err)
	}
}

// told checks that an error is one for people, in both languages, without a secret.
func told(t *testing.T, err error) {
	t.Helper()
	var p *lang.Problem
	if !errors.As(err, &p) {
		t.Fatalf("no problem for people: %v", err)
	}
	for _, s := range []string{p.Text().ZH, p.Text().EN} {
		if s == "" || strings.Contains(s, "s3cret") || strings.Contains(s, "wr0ng") || strings.Contains(s, "p@ss") || strings.Contains(s, "p%40ss") {
			t.Errorf("an error tells too much, or nothing: %q", s)
		}
	}
}

// A server that accepts and never answers does not hold the run for long.
func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			if _, err := l.Accept(); err != nil {
				return
			}
		}
	}()
	for _, kind := range []string{"postgres", "clickhouse"} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		start := time.Now()
		_, err := store.Open(ctx, kind+"://desk:s3cret@"+l.Addr().String()+"/x?sslmode=disable")
		cancel()
		told(t, err)
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("%s: it took %v", kind, took)
		}
	}
}

func TestBadAddresses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database at all\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{dir, text, "mysql://desk:s3cret@host/db", "postgres://desk:s3cret@ho st/db", "clickhouse://desk:s3cret@host:port/db", "postgres://desk:s3cret@127.0.0.1:1/db", "clickhouse://desk:s3cret@127.0.0.1:1/db", filepath.Join(text, "below.sqlite"), ""} {
		_, err := store.Open(t.Context(), where)
		if err == nil {
			t.Errorf("%q was opened", where)
			continue
		}
		told(t, err)
	}
}

// A store of a newer version is left alone.
func TestNewerLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.sqlite")
	_ = open(t, path).Close()
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("UPDATE triage_schema SET version = 99"); err != nil {
		t.Fatal(err)
	}
	_ = raw.Close()
	_, err = store.Open(t.Context(), path)
	told(t, err)
	if err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("%v", err)
	}
}

// The printed layout is the one that is used, with every column explained or plain.
func TestSchemaIsPrinted(t *testing.T) {
	for _, kind := range store.Kinds {
		s := store.Schema(kind)
		for _, want := range []string{"triage_schema", "triage_reports", "triage_causes", "triage_rules", "triage_missing", "triage_files", "at_ms"} {
			if !strings.Contains(s, want) {
				t.Errorf("%s: no %s", kind, want)
			}
		}
	}
	if store.Schema("../open") != "" {
		t.Error("a file that is no layout was printed")
	}
}
