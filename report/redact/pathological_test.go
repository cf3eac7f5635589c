package redact

import (
	"strings"
	"testing"
	"time"
)

// A line made to be slow must not be: every scan is linear, or nearly so.
func TestNoLineIsSlow(t *testing.T) {
	for _, unit := range []string{"a@", "1 ", "1-", "{\"", "[[", "sid='", "sid=\"", "://", "%40", "%25", "eyJ", "a:", "\\\\a\\", "/Users/", "张", "=", "<", "<phone#", "ff:", "1.1.", "content=", "cookie: a;", "Bearer ", "QQ", "\\u0031", "o", "的iPhone", "-----BEGIN PRIVATE KEY", "1", "{\"a\":", "AAAA"} {
		in := strings.Repeat(unit, (16<<10)/len(unit))
		start := time.Now()
		out := New(testKey).Text(in)
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("%q: %v", unit, d)
		}
		_ = Verify([]byte(out))
	}
}
