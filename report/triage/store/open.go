package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2" // registers itself as clickhouse
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers itself as sqlite

	"meiqia-diag/diag/lang"
	"meiqia-diag/diag/lazy"
)

// Limits on waiting for a database.
const (
	connectWithin = 10 * time.Second
	answerWithin  = 2 * time.Minute // one statement
)

// DB is an open store.
type DB struct {
	sql   *sql.DB
	kind  string // sqlite postgres clickhouse
	where string // as people may see it: without a password
	file  string // of SQLite, absolute
	host  string // this machine's name
}

// Kinds are the databases that there are, as --schema names them.
var Kinds = []string{"sqlite", "postgres", "clickhouse"}

// KindOf tells which database an address is of; anything without a known scheme is the path of an SQLite file.
func KindOf(where string) string {
	scheme, _, ok := strings.Cut(where, "://")
	switch strings.ToLower(scheme) {
	case "postgres", "postgresql":
		return "postgres"
	case "clickhouse":
		return "clickhouse"
	case "sqlite", "file":
		return "sqlite"
	}
	if ok {
		return ""
	}
	return "sqlite"
}

// HasPassword tells whether an address carries a password.
func HasPassword(where string) bool {
	if KindOf(where) == "sqlite" {
		return false
	}
	u, err := url.Parse(where)
	if err != nil {
		return strings.Contains(where, "@")
	}
	_, set := u.User.Password()
	return set || u.Query().Has("password")
}

// Shown gives an address as it may be printed: scheme, host and database alone.
func Shown(where string) string {
	if KindOf(where) == "sqlite" {
		return sqlitePath(where)
	}
	scheme, _, _ := strings.Cut(where, "://")
	u, err := url.Parse(where)
	if err != nil {
		return scheme + "://…"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

func sqlitePath(where string) string {
	for _, scheme := range []string{"sqlite://", "file://"} {
		if len(where) > len(scheme) && strings.EqualFold(where[:len(scheme)], scheme) {
			return where[len(scheme):]
		}
	}
	return where
}

// Memory is the address of a store that is gone when it is closed.
const Memory = ":memory:"

// Open opens a store and brings its layout up to date. Where is the path of an
// SQLite file, Memory, or the URL of a PostgreSQL or ClickHouse database. A
// password that the URL lacks comes from PGPASSWORD or ~/.pgpass, or from
// CLICKHOUSE_PASSWORD. Errors are *lang.Problem and never hold a password.
func Open(ctx context.Context, where string) (*DB, error) {
	d := &DB{kind: KindOf(where), where: Shown(where)}
	d.host, _ = os.Hostname()
	var err error
	switch d.kind {
	case "sqlite":
		path := sqlitePath(where)
		if abs, e := filepath.Abs(path); e == nil && path != Memory {
			d.file = abs
			if real, e := filepath.EvalSymlinks(filepath.Dir(abs)); e == nil {
				d.file = filepath.Join(real, filepath.Base(abs))
			}
		}
		d.sql, err = openSQLite(path)
	case "postgres":
		d.sql, err = openPostgres(where)
	case "clickhouse":
		d.sql, err = openClickHouse(where)
	default:
		return nil, &lang.Problem{Field: d.where, What: lang.T("不认识这种数据库", "no such kind of database"), Hint: lang.T("可用：文件路径、postgres://…、clickhouse://…", "use the path of a file, postgres://… or clickhouse://…")}
	}
	if err != nil {
		return nil, d.problem(err)
	}
	limited, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	if err = ping(limited, d.sql); err == nil {
		err = d.migrate(ctx)
	}
	if err != nil {
		go d.sql.Close() // it waits for what is still under way
		return nil, d.problem(err)
	}
	return d, nil
}

// ping asks whether the database is there. A driver that does not listen to ctx
// while it shakes hands is left to its own limit.
func ping(ctx context.Context, db *sql.DB) error {
	answer := make(chan error, 1)
	go func() { answer <- db.PingContext(ctx) }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the use of the store.
func (d *DB) Close() error { return d.sql.Close() }

// Own tells whether a file is the store's, which lies wherever the user wants it.
func (d *DB) Own(path string) bool {
	return d.file != "" && (path == d.file || path == d.file+"-wal" || path == d.file+"-shm" || path == d.file+"-journal")
}

// Where is the store's address as it may be shown.
func (d *DB) Where() string { return d.where }

func openSQLite(path string) (*sql.DB, error) {
	if path == Memory {
		db, err := sql.Open("sqlite", "file::memory:?_pragma=temp_store(2)")
		if err == nil {
			db.SetMaxOpenConns(1) // each connection would have a memory of its own
		}
		return db, err
	}
	if path == "" {
		return nil, &lang.Problem{What: lang.T("没有写数据库文件的路径", "the database file has no path")}
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(abs)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, &lang.Problem{What: lang.T("不是文件", "it is not a file"), Hint: lang.T("请写一个 .sqlite 文件的路径", "give the path of a .sqlite file")}
	case errors.Is(err, os.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600) // the driver would let others read it
		if err != nil {
			return nil, err
		}
		_ = f.Close()
	case err != nil:
		return nil, err
	}
	q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)"}, "_txlock": {"immediate"}}
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(abs), RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err == nil {
		db.SetMaxOpenConns(1) // one writer, which reads its own writes
	}
	return db, err
}

func openPostgres(where string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(where)
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return nil, &lang.Problem{File: file.Path, What: lang.T("数据库地址里写的文件读不了：%s", "a file that the database's address names cannot be read: %s").F(lang.Reason(file))}
	case err != nil:
		return nil, badAddress()
	}
	if cfg.ConnectTimeout == 0 || cfg.ConnectTimeout > connectWithin {
		cfg.ConnectTimeout = connectWithin
	}
	cfg.RuntimeParams["application_name"] = "meiqia-diag"
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(2)
	return db, nil
}

func openClickHouse(where string) (*sql.DB, error) {
	opt, err := clickhouse.ParseDSN(where)
	if err != nil {
		return nil, badAddress()
	}
	if opt.Auth.Password == "" {
		opt.Auth.Password = os.Getenv("CLICKHOUSE_PASSWORD")
	}
	opt.DialTimeout, opt.ReadTimeout = connectWithin, answerWithin
	db := clickhouse.OpenDB(opt)
	db.SetMaxOpenConns(2)
	return db, nil
}

// badAddress leaves out what the driver says: it quotes the address.
func badAddress() error {
	return &lang.Problem{What: lang.T("数据库地址写得不对", "the address of the database is malformed"), Hint: lang.T("请写成 postgres://用户@主机/库名?sslmode=verify-full，或 clickhouse://用户@主机:9440/库名?secure=true", "write it as postgres://USER@HOST/DATABASE?sslmode=verify-full, or clickhouse://USER@HOST:9440/DATABASE?secure=true")}
}

var passwords = lazy.MustCompile(`(?i)(://[^/\s:@]*:)[^@\s]*@|(password=)\S+`)

// problem gives a driver's error as people read it: what, where, and never a password.
func (d *DB) problem(err error) error {
	var own *lang.Problem
	if errors.As(err, &own) {
		one := *own
		if one.File == "" {
			one.File = d.where
		}
		return &one
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	p := &lang.Problem{File: d.where, What: lang.T("数据库出错：%s", "the database failed: %s").F(d.reason(err))}
	if d.kind == "sqlite" {
		p.Hint = lang.T("可换一个文件：--db 文件；不用数据库：--no-db", "use another file with --db FILE, or none with --no-db")
	} else {
		p.Hint = lang.T("请检查地址、账号和 TLS；密码用 PGPASSWORD、~/.pgpass 或 CLICKHOUSE_PASSWORD 给出", "check address, account and TLS; a password comes from PGPASSWORD, ~/.pgpass or CLICKHOUSE_PASSWORD")
	}
	return p
}

// reason tells what a driver's error means.
func (d *DB) reason(err error) lang.Text {
	var pg *pgconn.PgError
	var ch *clickhouse.Exception
	var op *net.OpError
	text := err.Error()
	var who *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &unknown):
		return lang.T("它的 TLS 证书没有可信的机构签发（自签的请用 sslrootcert 给出根证书）", "nobody that is trusted signed its TLS certificate (give the root of your own with sslrootcert)")
	case errors.As(err, &name):
		return lang.T("它的 TLS 证书不是给 %s 的", "its TLS certificate is not for %s").F(name.Host)
	case errors.As(err, &who):
		return lang.T("它的 TLS 证书没有通过检验", "its TLS certificate does not pass")
	case strings.Contains(text, "server refused TLS"):
		return lang.T("它不用 TLS，而地址里要求用", "it does without TLS, which the address asks for")
	case errors.As(err, &pg) && pg.Code == "28000": // PostgreSQL has one code for both
		return lang.T("它不让这个账号这样连接，或只接受 TLS（28000）", "it does not let this account in this way, or over TLS alone (28000)")
	case errors.As(err, &pg):
		if strings.HasPrefix(pg.Code, "28") {
			return lang.T("账号或密码不对（%s）", "account or password is wrong (%s)").F(pg.Code)
		}
		text = pg.Message + " (" + pg.Code + ")"
	case errors.As(err, &ch):
		if ch.Code == 192 || ch.Code == 193 || ch.Code == 194 || ch.Code == 516 { // unknown user, wrong password, required, authentication failed
			return lang.T("账号或密码不对（%s）", "account or password is wrong (%s)").F(fmt.Sprint(ch.Code))
		}
		text = firstLine(ch.Message)
	case errors.As(err, &op), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrPermission), errors.Is(err, os.ErrNotExist):
		return lang.Reason(err)
	case strings.Contains(text, "SQLITE_NOTADB") || strings.Contains(text, "(26)"):
		return lang.T("不是 SQLite 数据库", "it is no SQLite database")
	case strings.Contains(text, "SQLITE_BUSY"):
		return lang.T("另一个程序正在写它", "another program is writing to it")
	case strings.Contains(text, "SQLITE_CORRUPT") || strings.Contains(text, "malformed"):
		return lang.T("数据库文件已损坏", "the database file is damaged")
	}
	return lang.Same(passwords.ReplaceAllString(firstLine(text), "$1$2…"))
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200])
	}
	return s
}
