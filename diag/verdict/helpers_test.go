package verdict

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
)

// saw writes observations shortly: "server.answer=accepted[proof=weak] server.status=429 attempt.symptom=refused?".
// A value's ~ stands for a space; a question mark at the end makes it stated instead of measured.
func saw(t testing.TB, text string) diag.Observations {
	t.Helper()
	var out diag.Observations
	for _, word := range strings.Fields(text) {
		o := diag.Observation{Basis: incident.Measured, Source: "test"}
		if strings.HasSuffix(word, "?") {
			o.Basis, word = incident.Stated, strings.TrimSuffix(word, "?")
		}
		head, details, _ := strings.Cut(strings.TrimSuffix(word, "]"), "[")
		id, value, ok := strings.Cut(head, "=")
		if !ok {
			t.Fatalf("no value in %q", word)
		}
		o.ID, o.Value = id, strings.ReplaceAll(value, "~", " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			o.Value = n
		}
		if details != "" {
			o.Detail = map[string]string{}
			for _, d := range strings.Split(details, ",") {
				k, v, _ := strings.Cut(d, "=")
				o.Detail[k] = v
			}
		}
		out = append(out, o)
	}
	return out
}

func shuffled(r *rand.Rand, obs diag.Observations) diag.Observations {
	out := append(diag.Observations{}, obs...)
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func primary(j Judgement) diag.Code {
	if len(j.Verdict.Causes) == 0 {
		return ""
	}
	return j.Verdict.Causes[0].Code
}

// words lists, for every id that a rule looks at, values of which the rules make a difference.
func words(b *book) map[string][]any {
	out := map[string][]any{}
	seen := map[string]bool{}
	add := func(id string, v any, key string) {
		if !seen[id+key] {
			seen[id+key] = true
			out[id] = append(out[id], v)
		}
	}
	for _, r := range b.Rules {
		for _, c := range r.conditions {
			if c.detail != "" {
				continue
			}
			switch {
			case strings.HasPrefix(c.test, ">="), strings.HasPrefix(c.test, "<"):
				n, _ := strconv.ParseFloat(strings.TrimLeft(c.test, "<>="), 64)
				for _, v := range []float64{n - 1, n, n * 2} {
					add(c.id, v, strconv.FormatFloat(v, 'f', -1, 64))
				}
			case c.test == "any":
				add(c.id, "something", "something")
			default:
				for _, w := range strings.Split(strings.TrimPrefix(c.test, "!"), "|") {
					if w != "none" || c.test == "none" {
						add(c.id, w, w)
					}
				}
			}
		}
	}
	return out
}

// randomCase draws observations out of all that the rules know, one of each id.
func randomCase(r *rand.Rand, pool map[string][]any, ids []string, n int) diag.Observations {
	var out diag.Observations
	bases := []incident.Basis{incident.Measured, incident.Measured, incident.Stated, incident.Assumed}
	for _, i := range r.Perm(len(ids))[:min(n, len(ids))] {
		values := pool[ids[i]]
		o := diag.Observation{ID: ids[i], Value: values[r.IntN(len(values))], Basis: bases[r.IntN(len(bases))], Live: r.IntN(5) == 0, Source: "test"}
		switch o.ID {
		case "server.answer":
			o.Detail = map[string]string{"proof": []string{"weak", "envelope"}[r.IntN(2)]}
		case "sync.hint", "sync.signal":
			o.Detail = map[string]string{"count": strconv.Itoa(r.IntN(5))}
		case "network.fault":
			o.Detail = map[string]string{"place": []string{"dns", "gateway", "tls", "service"}[r.IntN(4)]}
		}
		out = append(out, o)
	}
	return out
}
