package lang

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"unicode"
)

// Whatever goes wrong is said in both languages, without the path.
func TestReason(t *testing.T) {
	_, missing := os.Open("no/such/file")
	_, folder := os.ReadFile(".")
	var v struct{ A int }
	for err, en := range map[error]string{
		missing: "no such file", folder: "folder", fmt.Errorf("x: %w", fs.ErrPermission): "permission denied", context.DeadlineExceeded: "time limit",
		zip.ErrFormat: "zip", json.Unmarshal([]byte("{"), &v): "not valid JSON", json.Unmarshal([]byte(`{"A":"x"}`), &v): "wrong kind", errors.New("odd"): `"odd"`,
		fmt.Errorf("x: %w", &Problem{What: T("坏了", "broken")}): "broken",
	} {
		got := Reason(err)
		if !strings.Contains(got.EN, en) || strings.Contains(got.EN, "no/such") || !strings.ContainsFunc(got.ZH, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%v: %+v, want %q", err, got, en)
		}
	}
}
