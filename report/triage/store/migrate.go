package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"strings"

	"meiqia-diag/diag/lang"
)

//go:embed schema/*.sql
var schemas embed.FS

// version is that of the newest layout. Each one after the first has its steps in migrations.
const version = 1

// migrations are the statements that lead from a version to the next, by
// version and kind of database. The first layout is schema/*.sql itself.
var migrations = map[int]map[string][]string{}

// Schema gives the layout of one kind of database, as SQL with comments.
func Schema(kind string) string {
	data, err := schemas.ReadFile("schema/" + kind + ".sql")
	if err != nil {
		return ""
	}
	return string(data)
}

// statements cuts SQL into single statements. The layouts hold no semicolon
// within a literal; those in comments do not end a statement.
func statements(text string) []string {
	var out []string
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		code, _, _ := strings.Cut(line, "--")
		b.WriteString(strings.TrimRight(code, " ") + "\n")
		if strings.HasSuffix(strings.TrimSpace(code), ";") {
			out = append(out, strings.TrimSuffix(strings.TrimSpace(b.String()), ";"))
			b.Reset()
		}
	}
	return out
}

// lockNumber is the advisory lock that keeps two runs from making the tables at once.
const lockNumber = 0x6d712d7472696167

// migrate brings the layout up to date: in one transaction where the database has them.
func (d *DB) migrate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if have, err := d.version(ctx, d.sql); err == nil && have == version {
		return nil
	}
	if d.kind == "clickhouse" {
		return d.upgrade(ctx, d.sql)
	}
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if d.kind == "postgres" {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(lockNumber)); err != nil {
			return err
		}
	}
	if err := d.upgrade(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// runner is a database or a transaction on it.
type runner interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

func (d *DB) upgrade(ctx context.Context, r runner) error {
	have, err := d.version(ctx, r)
	if err != nil {
		return err
	}
	if have > version {
		return &lang.Problem{What: lang.T("数据库由更新的版本写成（结构 %d，本版本只到 %d）", "the database was written by a newer version (layout %d, this one knows %d)").F(have, version),
			Hint: lang.T("请更新 meiqia-diag，或换一个数据库", "update meiqia-diag, or use another database")}
	}
	for v := have; v < version; v++ {
		steps := migrations[v][d.kind]
		if v == 0 {
			steps = statements(Schema(d.kind))
		}
		for _, s := range steps {
			if d.kind == "clickhouse" { // no transaction takes back what a run that was broken off made
				s = strings.Replace(s, "CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1)
			}
			if _, err := r.ExecContext(ctx, s); err != nil {
				return err
			}
		}
	}
	if have == version {
		return nil
	}
	if d.kind != "clickhouse" {
		if _, err := r.ExecContext(ctx, "DELETE FROM triage_schema"); err != nil {
			return err
		}
		_, err = r.ExecContext(ctx, "INSERT INTO triage_schema (version) VALUES ("+d.mark(1)+")", int64(version))
		return err
	}
	return d.insertBatch(ctx, "INSERT INTO triage_schema (version)", [][]any{{int64(version)}})
}

// exists are the questions whether the table of versions is there.
var exists = map[string]string{
	"sqlite":     "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'triage_schema'",
	"postgres":   "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'triage_schema'",
	"clickhouse": "SELECT toInt64(count()) FROM system.tables WHERE database = currentDatabase() AND name = 'triage_schema'",
}

// version gives the layout's version, 0 when there is none.
func (d *DB) version(ctx context.Context, r runner) (int, error) {
	var n int64
	if err := r.QueryRowContext(ctx, exists[d.kind]).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	err := r.QueryRowContext(ctx, "SELECT max(version) FROM triage_schema HAVING count(*) > 0").Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return int(n), err
}
