package machine

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // permissions.sqlite

	"meiqia-diag/diag/tempdir"
)

// maxPermissions bounds the lines of moz_perms that are read, maxStore the
// bytes of the store that is copied.
const (
	maxPermissions = 20_000
	maxStore       = 32 << 20
)

// firefoxPermissions reads a profile's permissions.sqlite. A running Firefox
// locks it, so a copy is read, with what the log beside it holds, in a private
// folder that is removed at once. No store gives no permissions.
func firefoxPermissions(ctx context.Context, root fs.FS, dir string) ([]permission, error) {
	if _, err := fs.Stat(root, join(dir, "permissions.sqlite")); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, err
	}
	temp, remove, err := tempdir.New("meiqia-diag-")
	if err != nil {
		return nil, err
	}
	defer remove()
	for _, name := range []string{"permissions.sqlite", "permissions.sqlite-wal"} {
		if err := copyStore(root, join(dir, name), filepath.Join(temp, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(temp, "permissions.sqlite"))}
	if u.Path[0] != '/' { // C:/…
		u.Path = "/" + u.Path
	}
	db, err := sql.Open("sqlite", u.String()+"?_pragma=trusted_schema(0)")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT substr(origin, 1, 2048), substr(type, 1, 64), permission, expireType, expireTime, modificationTime
		FROM moz_perms WHERE (SELECT type FROM sqlite_master WHERE name = 'moz_perms') = 'table' LIMIT ?`, maxPermissions)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []permission
	for rows.Next() {
		var origin, kind sql.NullString
		var value, expireType, expire, modified sql.NullInt64
		if err := rows.Scan(&origin, &kind, &value, &expireType, &expire, &modified); err != nil {
			continue // a line of another shape
		}
		out = append(out, permission{origin: origin.String, kind: kind.String, value: int(value.Int64), expireType: int(expireType.Int64), expire: millis(expire.Int64), modified: millis(modified.Int64)})
	}
	return out, rows.Err()
}

func millis(ms int64) time.Time {
	if ms <= 0 || ms > 1<<43 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func join(dir, name string) string {
	if dir == "" || dir == "." {
		return name
	}
	return dir + "/" + name
}

// copyStore copies a file that is not too large to one of this user's alone.
func copyStore(root fs.FS, name, to string) error {
	f, err := openFile(root, name)
	if err != nil {
		return err
	}
	defer f.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, io.LimitReader(f, maxStore+1))
	if err == nil && n > maxStore {
		err = errors.New("store is too large")
	}
	return errors.Join(err, out.Close())
}
