package webcache

import (
	"context"
	"database/sql"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver, without C
	"modernc.org/sqlite/vfs"

	"meiqia-diag/diag/tempdir"
)

// maxCopy bounds a database that is copied.
const maxCopy = 256 << 20

// openSQLite opens a database of a folder without touching it: no lock is taken
// and no file is made beside it. It is read in place where the file holds all of
// it; where a write-ahead log does, both are copied into a private folder, which
// done removes.
func openSQLite(f folder, name string) (db *sql.DB, done func(), err error) {
	if info, err := f.root.Stat(name + "-wal"); err == nil && info.Size() > 0 {
		return copySQLite(f, name)
	}
	if info, err := f.root.Stat(name + "-journal"); err == nil && info.Size() > 0 {
		return nil, nil, errTorn // in the middle of a transaction
	}
	if _, size, err := f.peek(name); err != nil || size == 0 {
		if err == nil {
			err = errOther
		}
		return nil, nil, err
	}
	as, registered, err := vfs.New(oneFile{f, name})
	if err != nil {
		return nil, nil, err
	}
	db, err = sql.Open("sqlite", "file:"+url.PathEscape(name)+"?mode=ro&immutable=1&vfs="+as)
	if err != nil {
		registered.Close()
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	return db, func() { db.Close(); registered.Close() }, nil
}

// peek gives a file's first bytes and size.
func (f folder) peek(name string) (head []byte, size int64, err error) {
	file, size, err := f.sized(name)
	if err != nil {
		return nil, 0, gone(err)
	}
	defer file.Close()
	head = make([]byte, 100)
	n, _ := file.ReadAt(head, 0)
	return head[:n], size, nil
}

// oneFile shows SQLite one file of a folder, and nothing else.
type oneFile struct {
	folder
	name string
}

// Open opens the database; there is nothing else to open.
func (o oneFile) Open(name string) (fs.File, error) {
	if name != o.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.open(name)
}

// copySQLite opens a copy of a database and its write-ahead log.
func copySQLite(f folder, name string) (db *sql.DB, done func(), err error) {
	dir, remove, err := tempdir.New("meiqia-diag-")
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			remove()
		}
	}()
	for _, part := range []string{"", "-wal"} {
		if err := f.copyTo(name+part, filepath.Join(dir, "db"+part), maxCopy); err != nil {
			return nil, nil, err
		}
	}
	if db, err = sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, "db"))); err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	return db, func() { db.Close(); remove() }, nil
}

// copyTo copies a regular file out of the folder.
func (f folder) copyTo(name, to string, most int64) error {
	in, size, err := f.sized(name)
	if err != nil {
		return gone(err)
	}
	defer in.Close()
	if size > most {
		return errTooMuch
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.LimitReader(in, most))
	if closed := out.Close(); err == nil {
		err = closed
	}
	return err
}

// rows runs a query and calls each for its rows; what SQLite calls a damaged or
// busy file is errTorn, for a writer is at it.
func rows(ctx context.Context, db *sql.DB, query string, args []any, each func(scan func(...any) error) bool) error {
	list, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return torn(ctx, err)
	}
	defer list.Close()
	for list.Next() {
		if !each(list.Scan) {
			return nil
		}
	}
	return torn(ctx, list.Err())
}

func torn(ctx context.Context, err error) error {
	if err != nil && ctx.Err() == nil {
		return errTorn
	}
	return err
}
