package store

import (
	"context"
	"strconv"
	"strings"
)

// perStatement bounds how many rows one INSERT takes: fewer parameters than any
// of the databases allows (SQLite 32,766, PostgreSQL 65,535).
const perStatement = 500

// mark is the n-th placeholder, from 1.
func (d *DB) mark(n int) string {
	if d.kind == "postgres" {
		return "$" + strconv.Itoa(n)
	}
	return "?"
}

// table is where rows go, and what happens to one that is there.
type table struct {
	name, columns string
	conflict      string // for SQLite and PostgreSQL; ClickHouse replaces by key when it merges
}

const ignore = " ON CONFLICT DO NOTHING"

var (
	reports = table{"triage_reports", reportColumns, ignore}
	causes  = table{"triage_causes", "hash, code, role, probability", ignore}
	rules   = table{"triage_rules", "hash, kind, rule", ignore}
	lacks   = table{"triage_missing", "hash, what", ignore}
	files   = table{"triage_files", "host, path, size, mtime_ns, state, why_zh, why_en, reader, hash", " ON CONFLICT (host, path, hash) DO UPDATE SET " +
		"size = excluded.size, mtime_ns = excluded.mtime_ns, state = excluded.state, why_zh = excluded.why_zh, why_en = excluded.why_en, reader = excluded.reader"}
)

// Put writes files with the reports in them, all or none where the database has
// transactions. A report that is there already is left as it is. ClickHouse gets
// the reports last, so that one that is there is whole.
func (d *DB) Put(ctx context.Context, entries []Entry) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	var rs, cs, us, ms, fs [][]any
	seen := map[string]bool{}
	there, err := d.known(ctx, entries)
	if err != nil {
		return d.problem(err)
	}
	place := map[[2]string]int{} // a statement takes a file once: as it came last
	for _, e := range entries {
		f := e.File
		key := [2]string{f.Path, f.Hash}
		if i, ok := place[key]; ok {
			fs[i] = []any{d.host, f.Path, f.Size, f.MTime, f.State, f.WhyZH, f.WhyEN, f.Reader, f.Hash}
			continue
		}
		place[key] = len(fs)
		fs = append(fs, []any{d.host, f.Path, f.Size, f.MTime, f.State, f.WhyZH, f.WhyEN, f.Reader, f.Hash})
		r := e.Report
		if r == nil || seen[r.Hash] || there[r.Hash] {
			continue
		}
		seen[r.Hash] = true
		rs = append(rs, r.row())
		for _, c := range r.Causes {
			cs = append(cs, []any{r.Hash, c.Code, c.Role, c.Probability})
		}
		for _, u := range r.Rules {
			us = append(us, []any{r.Hash, u.Kind, u.Name})
		}
		for _, m := range r.Missing {
			ms = append(ms, []any{r.Hash, m})
		}
	}
	all := []struct {
		table
		rows [][]any
	}{{causes, cs}, {rules, us}, {lacks, ms}, {reports, rs}, {files, fs}}
	if d.kind == "clickhouse" {
		for _, t := range all {
			if err := d.insertBatch(ctx, "INSERT INTO "+t.name+" ("+t.columns+")", t.rows); err != nil {
				return d.problem(err)
			}
		}
		return nil
	}
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return d.problem(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, t := range all {
		if err := d.insert(ctx, tx, t.table, t.rows); err != nil {
			return d.problem(err)
		}
	}
	if err := tx.Commit(); err != nil {
		return d.problem(err)
	}
	return nil
}

// insert writes rows, many with one statement.
func (d *DB) insert(ctx context.Context, r runner, t table, rows [][]any) error {
	for len(rows) > 0 {
		n := min(len(rows), perStatement)
		var q strings.Builder
		q.WriteString("INSERT INTO " + t.name + " (" + t.columns + ") VALUES ")
		var args []any
		for i, row := range rows[:n] {
			if i > 0 {
				q.WriteByte(',')
			}
			for j := range row {
				q.WriteString(map[bool]string{true: "(", false: ","}[j == 0] + d.mark(len(args)+j+1))
			}
			q.WriteByte(')')
			args = append(args, row...)
		}
		if _, err := r.ExecContext(ctx, q.String()+t.conflict, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// insertBatch writes rows the way ClickHouse takes them: as one block.
func (d *DB) insertBatch(ctx context.Context, insert string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	tx, err := d.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	st, err := tx.PrepareContext(ctx, insert)
	if err != nil {
		return err
	}
	defer st.Close()
	for _, row := range rows {
		if _, err := st.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// known tells which reports of some entries ClickHouse holds, which itself
// would only notice when it merges. The others notice at once.
func (d *DB) known(ctx context.Context, entries []Entry) (map[string]bool, error) {
	out := map[string]bool{}
	if d.kind != "clickhouse" {
		return out, nil
	}
	var list []string
	for _, e := range entries {
		if e.Report != nil && isHash(e.Report.Hash) {
			list = append(list, "'"+e.Report.Hash+"'")
		}
	}
	if len(list) == 0 {
		return out, nil
	}
	rows, err := d.sql.QueryContext(ctx, "SELECT hash FROM triage_reports WHERE hash IN ("+strings.Join(list, ",")+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var h string
		if err := rows.Scan(&h); err != nil {
			return nil, err
		}
		out[h] = true
	}
	return out, rows.Err()
}

// isHash tells a SHA-256 in hex.
func isHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// Forget removes files of this machine, and the reports that no file holds any more.
func (d *DB) Forget(ctx context.Context, paths []string) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	remove := "DELETE FROM %s WHERE "
	if d.kind == "clickhouse" {
		remove = "ALTER TABLE %s DELETE WHERE "
	}
	for len(paths) > 0 {
		n := min(len(paths), perStatement)
		args := []any{d.host}
		var marks []string
		for i, p := range paths[:n] {
			args = append(args, p)
			marks = append(marks, d.mark(i+2))
		}
		q := strings.Replace(remove, "%s", "triage_files", 1) + "host = " + d.mark(1) + " AND path IN (" + strings.Join(marks, ",") + ")"
		if _, err := d.sql.ExecContext(ctx, q, args...); err != nil {
			return d.problem(err)
		}
		paths = paths[n:]
	}
	if d.kind == "clickhouse" { // it removes when it comes to it
		if err := d.settled(ctx); err != nil {
			return d.problem(err)
		}
	}
	for _, t := range []string{"triage_causes", "triage_rules", "triage_missing", "triage_reports"} {
		q := strings.Replace(remove, "%s", t, 1) + "hash NOT IN (SELECT hash FROM triage_files)"
		if _, err := d.sql.ExecContext(ctx, q); err != nil {
			return d.problem(err)
		}
	}
	if d.kind == "clickhouse" {
		if err := d.settled(ctx); err != nil {
			return d.problem(err)
		}
	}
	return nil
}
