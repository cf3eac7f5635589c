package checks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"meiqia-diag/checks/probe"
	"meiqia-diag/diag"
	"meiqia-diag/diag/lazy"
)

// Bounds of asking for an updater's manifest.
const (
	updateTimeout = 3 * time.Second
	maxManifest   = 1 << 20
)

// offered asks the updater's manifest which version of a client is offered; ""
// when it does not tell, or may not be asked.
func offered(ctx context.Context, in *diag.Input, address string) string {
	if in.Offline || address == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, updateTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return ""
	}
	transport := &http.Transport{Proxy: probe.ProxyFor, TLSClientConfig: &tls.Config{RootCAs: roots(in.Profile.CAFile)}, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if next.URL.Host != via[0].URL.Host || len(via) > 3 {
			return http.ErrUseLastResponse // another host is none that the profile names
		}
		return nil
	}}
	resp, err := client.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return ""
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxManifest))
	if err != nil {
		return ""
	}
	return manifestVersion(data)
}

// roots gives the system's certificates and the profile's; nil is the system's alone.
func roots(file string) *x509.CertPool {
	if file == "" {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if pem, err := os.ReadFile(file); err == nil {
		pool.AppendCertsFromPEM(pem)
	}
	return pool
}

var (
	yamlVersion = lazy.MustCompile(`(?m)^version:[ \t]*["']?v?(\d+(?:\.\d+){1,3}[\w.+-]{0,40})["']?[ \t]*\r?$`)
	// "SHA1 Desk-1.2.3-full.nupkg 12345", the newest last
	nupkgVersion = lazy.MustCompile(`(?m)^\x{FEFF}?[0-9A-Fa-f]{40}\s+\S*?-(\d+(?:\.\d+){1,3}(?:-[0-9A-Za-z.]{1,30})??)-(?:full|delta)\.nupkg\s+\d+`)
	plainVersion = lazy.MustCompile(`^v?(\d+(?:\.\d+){1,3}[\w.+-]{0,40})$`)
)

// manifestVersion reads the version that a manifest offers: electron-updater's
// latest.yml, a release as GitHub's API writes it, the answer of a Squirrel
// server, or Squirrel's RELEASES. "" for anything else.
func manifestVersion(data []byte) string {
	text := strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff"))
	if strings.HasPrefix(text, "{") {
		var m struct {
			Version string `json:"version"`
			Tag     string `json:"tag_name"`
			Name    string `json:"name"`
		}
		if json.Unmarshal([]byte(text), &m) != nil {
			return ""
		}
		for _, s := range []string{m.Version, m.Tag, m.Name} {
			if v := plainVersion.FindStringSubmatch(strings.TrimSpace(s)); v != nil {
				return v[1]
			}
		}
		return ""
	}
	if v := yamlVersion.FindStringSubmatch(text); v != nil {
		return v[1]
	}
	newest := ""
	for _, v := range nupkgVersion.FindAllStringSubmatch(text, 10_000) {
		if newest == "" || older(newest, v[1]) {
			newest = v[1]
		}
	}
	return newest
}
