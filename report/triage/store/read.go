package store

import (
	"context"
	"time"
)

// final makes ClickHouse read one row of each key.
func (d *DB) final() string {
	if d.kind == "clickhouse" {
		return " FINAL"
	}
	return ""
}

// each calls f for every row of a query.
func (d *DB) each(ctx context.Context, query string, f func(scan func(...any) error) error, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	rows, err := d.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return d.problem(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return d.problem(err)
		}
	}
	if err := rows.Err(); err != nil {
		return d.problem(err)
	}
	return nil
}

// Files gives every file that this machine has looked at. One path may come
// several times: with each report that it ever held.
func (d *DB) Files(ctx context.Context, f func(File)) error {
	return d.each(ctx, "SELECT path, size, mtime_ns, state, why_zh, why_en, reader, hash FROM triage_files"+d.final()+" WHERE host = "+d.mark(1)+" ORDER BY path, hash", func(scan func(...any) error) error {
		var x File
		if err := scan(&x.Path, &x.Size, &x.MTime, &x.State, &x.WhyZH, &x.WhyEN, &x.Reader, &x.Hash); err != nil {
			return err
		}
		f(x)
		return nil
	}, d.host)
}

// Reports gives every report, in the order of their hashes.
func (d *DB) Reports(ctx context.Context) ([]*Report, error) {
	var out []*Report
	byHash := map[string]*Report{}
	if err := d.each(ctx, "SELECT "+reportColumns+" FROM triage_reports"+d.final()+" ORDER BY hash", func(scan func(...any) error) error {
		r := &Report{}
		var health int64
		if err := scan(r.into(&health)...); err != nil {
			return err
		}
		r.Health = health != 0
		out = append(out, r)
		byHash[r.Hash] = r
		return nil
	}); err != nil {
		return nil, err
	}
	var hash string
	if err := d.each(ctx, "SELECT hash, code, role, probability FROM triage_causes"+d.final()+" ORDER BY hash, probability DESC, code", func(scan func(...any) error) error {
		var c Cause
		if err := scan(&hash, &c.Code, &c.Role, &c.Probability); err != nil {
			return err
		}
		if r := byHash[hash]; r != nil {
			r.Causes = append(r.Causes, c)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := d.each(ctx, "SELECT hash, kind, rule FROM triage_rules"+d.final()+" ORDER BY hash, kind, rule", func(scan func(...any) error) error {
		var u Rule
		if err := scan(&hash, &u.Kind, &u.Name); err != nil {
			return err
		}
		if r := byHash[hash]; r != nil {
			r.Rules = append(r.Rules, u)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	err := d.each(ctx, "SELECT hash, what FROM triage_missing"+d.final()+" ORDER BY hash, what", func(scan func(...any) error) error {
		var m string
		if err := scan(&hash, &m); err != nil {
			return err
		}
		if r := byHash[hash]; r != nil {
			r.Missing = append(r.Missing, m)
		}
		return nil
	})
	return out, err
}

// settled waits until ClickHouse has done what it was told to remove.
func (d *DB) settled(ctx context.Context) error {
	for {
		var left int64
		if err := d.sql.QueryRowContext(ctx, "SELECT toInt64(count()) FROM system.mutations WHERE database = currentDatabase() AND table LIKE 'triage%' AND is_done = 0").Scan(&left); err != nil {
			return err
		}
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
