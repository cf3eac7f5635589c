package profile

import "testing"

func TestEmbeddedProfilesLoad(t *testing.T) {
	for _, n := range Names() {
		p, ps := Load(n)
		for _, x := range ps {
			t.Errorf("%s: %s", n, x)
		}
		if p != nil {
			p.Prepare()
		}
	}
}
