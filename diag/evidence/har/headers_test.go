package har

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestSecretsNeverKept(t *testing.T) {
	raw := string(sample(t, "chromium156-devtools-full.har")) + string(sample(t, "firefox.har"))
	names := []string{"Cookie", "set-cookie", "Authorization", "Proxy-Authorization", "X-Auth-Token", "X-Token", "X-Access-Token",
		"X-CSRF-Token", "x-api-key", "X-Session-Id", "Sec-WebSocket-Protocol", "X-Auth", "X-User-Ticket", " authorization "}
	var headers []string
	for i, n := range names {
		headers = append(headers, fmt.Sprintf(`{"name":%q,"value":"hush-%d"},{"value":"hush-%d%s","name":%q,"comment":""}`, n, i, i, strings.Repeat("x", 500), n))
	}
	extra := `{"log":{"entries":[{"request":{"headers":[` + strings.Join(headers, ",") + `],"cookies":[{"name":"a","value":"hush-c"}]},"response":{"headers":[` + strings.Join(headers, ",") + `]}}]}}`
	secrets := []string{"hush-", "secret-token", "cookie-secret", "fx-secret-"}
	for _, doc := range []string{string(sample(t, "chromium156-devtools-full.har")), string(sample(t, "firefox.har")), extra} {
		m, ps, es := collect(t, strings.NewReader(doc), Options{})
		for _, v := range es {
			// A page may show its own cookie in a body: bodies are the caller's to redact.
			v.ReqBody, v.RespBody, v.Messages = "", "", nil
		}
		kept := []any{m, ps, es}
		for _, v := range es {
			kept = append(kept, v.Common())
		}
		out, err := json.Marshal(kept)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			if i := bytes.Index(out, []byte(s)); i >= 0 {
				t.Errorf("kept: …%s…", out[max(0, i-60):min(len(out), i+40)])
			}
		}
	}
	for _, s := range secrets[1:] {
		if !strings.Contains(raw, s) {
			t.Errorf("the samples do not hold %q: nothing was tested", s)
		}
	}
	for _, n := range []string{":authority", "www-authenticate", "content-type", "author", "sec-websocket-key", "x-request-id"} {
		if secret(n) {
			t.Errorf("%s is no secret", n)
		}
	}
}
