// Package storetest starts private database servers for tests: on this machine
// alone, with their data in a folder that goes with the test.
package storetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
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

// Postgres starts a PostgreSQL server without TLS.
func Postgres(tb testing.TB) Server {
	tb.Helper()
	return postgres(tb, "sslmode=disable")
}

// PostgresTLS starts a PostgreSQL server that answers over TLS alone, with a
// certificate that it signed itself for 127.0.0.1 and nothing else. root is the
// file of that certificate.
func PostgresTLS(tb testing.TB) (s Server, root string) {
	tb.Helper()
	dir := folder(tb)
	root, key := Certificate(tb, dir)
	hba := filepath.Join(dir, "hba")
	write(tb, hba, "hostssl all all 127.0.0.1/32 scram-sha-256\n")
	return postgres(tb, "sslmode=verify-full&sslrootcert="+url.QueryEscape(root), "-c", "ssl=on", "-c", "ssl_cert_file="+root, "-c", "ssl_key_file="+key, "-c", "hba_file="+hba), root
}

// Certificate makes a certificate for 127.0.0.1, signed by itself.
func Certificate(tb testing.TB, dir string) (cert, key string) {
	tb.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "store"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, t, t, pair.Public(), pair)
	if err != nil {
		tb.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		tb.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(tb, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(tb, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	return cert, key
}

func postgres(tb testing.TB, query string, settings ...string) Server {
	tb.Helper()
	const folders = "/usr/lib/postgresql/*/bin"
	initdb, server := find(tb, "initdb", folders), find(tb, "postgres", folders)
	if initdb == "" || server == "" {
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
	args := append([]string{"-D", data, "-p", fmt.Sprint(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"}, settings...)
	run(tb, dir, port, server, args...)
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) { // its port answers before it does
		pid, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
		if err == nil && strings.Contains(string(pid), "\nready") {
			break
		}
		if time.Since(start) > startsWithin {
			tb.Fatalf("PostgreSQL does not get ready: %v\n%s", err, pid)
		}
	}
	return address("postgres", port, "/postgres", query)
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
