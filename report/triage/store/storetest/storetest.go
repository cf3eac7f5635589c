// Package storetest starts private database servers for tests: on this machine
// alone, with their data in a folder that goes with the test.
package storetest

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Password is that of the servers' only account. It holds signs that an address must escape.
const Password = "s3cret/p@ss:w?rd"

// startsWithin bounds how long a server may take to answer.
const startsWithin = 30 * time.Second

// Server is one that runs.
type Server struct {
	Kind    string // postgres clickhouse
	Address string // with the password
	Bare    string // without
}

func find(tb testing.TB, name string, folders ...string) string {
	tb.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, pattern := range folders {
		if found, _ := filepath.Glob(filepath.Join(pattern, name)); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	return ""
}

// folder is private to the account that servers run as.
func folder(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	give(tb, dir)
	return dir
}

func write(tb testing.TB, path, text string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	give(tb, path)
}

func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// run starts a server and waits until its port answers.
func run(tb testing.TB, dir string, port int, bin string, args ...string) {
	tb.Helper()
	var log strings.Builder
	cmd := exec.Command(bin, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &log, &log
	unprivileged(cmd)
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	tb.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // postgres: a fast shutdown
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
	})
	for start := time.Now(); time.Since(start) < startsWithin; time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			tb.Fatalf("%s ended:\n%s", filepath.Base(bin), log.String())
		default:
		}
		if c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second); err == nil {
			_ = c.Close()
			return
		}
	}
	tb.Fatalf("%s does not answer:\n%s", filepath.Base(bin), log.String())
}

func address(kind string, port int, path, query string) Server {
	u := url.URL{Scheme: kind, User: url.UserPassword("desk", Password), Host: fmt.Sprintf("127.0.0.1:%d", port), Path: path, RawQuery: query}
	bare := u
	bare.User = url.User("desk")
	return Server{Kind: kind, Address: u.String(), Bare: bare.String()}
}

// Postgres starts a PostgreSQL server.
func Postgres(tb testing.TB) Server {
	tb.Helper()
	const folders = "/usr/lib/postgresql/*/bin"
	initdb, postgres := find(tb, "initdb", folders), find(tb, "postgres", folders)
	if initdb == "" || postgres == "" {
		tb.Skip("POSTGRESQL IS NOT INSTALLED: nothing is known of how triage gets on with it")
	}
	dir, port := folder(tb), freePort(tb)
	data, pw := filepath.Join(dir, "data"), filepath.Join(dir, "pw")
	write(tb, pw, Password)
	cmd := exec.Command(initdb, "-D", data, "-U", "desk", "-A", "scram-sha-256", "--pwfile", pw, "-E", "UTF8", "--locale=C", "--no-sync")
	cmd.Dir = dir
	unprivileged(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("initdb: %v\n%s", err, out)
	}
	run(tb, dir, port, postgres, "-D", data, "-p", fmt.Sprint(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off")
	return address("postgres", port, "/postgres", "sslmode=disable")
}

// ClickHouse starts a ClickHouse server.
func ClickHouse(tb testing.TB) Server {
	tb.Helper()
	bin := find(tb, "clickhouse-server", "/usr/sbin")
	if bin == "" {
		tb.Skip("CLICKHOUSE-SERVER IS NOT INSTALLED: nothing is known of how triage gets on with it")
	}
	dir, port := folder(tb), freePort(tb)
	write(tb, filepath.Join(dir, "users.xml"), `<yandex>
<profiles><default/></profiles><quotas><default/></quotas>
<users><desk><password>`+Password+`</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></desk></users>
</yandex>`)
	write(tb, filepath.Join(dir, "config.xml"), fmt.Sprintf(`<yandex>
<logger><level>warning</level><console>1</console></logger>
<tcp_port>%d</tcp_port><http_port>%d</http_port><listen_host>127.0.0.1</listen_host>
<path>%[3]s/</path><tmp_path>%[3]s/tmp/</tmp_path><user_files_path>%[3]s/files/</user_files_path>
<users_config>%[3]s/users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>67108864</mark_cache_size>
</yandex>`, port, freePort(tb), dir))
	run(tb, dir, port, bin, "--config-file="+filepath.Join(dir, "config.xml"))
	return address("clickhouse", port, "/default", "")
}
