package profile

import "testing"

// BenchmarkLoad is what every run pays for its profile, whatever it reads.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		p, ps := Load("")
		if len(ps) > 0 {
			b.Fatal(ps)
		}
		p.Prepare()
	}
}

// BenchmarkFirstLine adds the first line of a log, from which on the patterns are ready.
func BenchmarkFirstLine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		p, _ := Load("")
		p.Prepare().SignalsIn("recall failed: net::ERR_INTERNET_DISCONNECTED")
	}
}
