package webcachetest

import (
	"testing"

	"meiqia-diag/diag/realbrowser"
)

// Chromium starts Chromium on a user data folder with one of the formats of its cache ("" for its own choice).
func Chromium(t testing.TB, dir, format, page string) (stop func()) {
	t.Helper()
	var flags []string
	if format != "" {
		flags = append(flags, "--enable-features=DiskCacheBackendExperiment:backend/"+format)
	}
	return realbrowser.StartChromium(t, dir, page, flags...)
}

// Firefox starts Firefox on a profile folder.
func Firefox(t testing.TB, dir, page string) (stop func()) {
	t.Helper()
	realbrowser.WriteUserJS(t, dir)
	return realbrowser.StartFirefox(t, dir, page)
}
