package profile

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// sample writes a text that an expression matches, as far as its parts can be looked at one by one.
func sample(rng *rand.Rand, re *syntax.Regexp, b *strings.Builder) {
	times := func(least, most int) {
		for range least + rng.IntN(most-least+1) {
			sample(rng, re.Sub[0], b)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		if len(re.Rune) > 0 {
			i := rng.IntN(len(re.Rune)/2) * 2
			b.WriteRune(re.Rune[i] + rune(rng.IntN(min(int(re.Rune[i+1]-re.Rune[i]), 200)+1)))
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteRune([]rune("x 消9")[rng.IntN(4)])
	case syntax.OpCapture:
		sample(rng, re.Sub[0], b)
	case syntax.OpStar:
		times(0, 2)
	case syntax.OpPlus:
		times(1, 2)
	case syntax.OpQuest:
		times(0, 1)
	case syntax.OpRepeat:
		most := re.Max
		if most < 0 {
			most = re.Min + 2
		}
		times(re.Min, most)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			sample(rng, sub, b)
		}
	case syntax.OpAlternate:
		sample(rng, re.Sub[rng.IntN(len(re.Sub))], b)
	}
}

// checkSplit fails when the parts are not the expression's, or when a text that it
// matches holds none of the words that it is looked for by. It gives the parts' number.
func checkSplit(t *testing.T, p string, samples int) int {
	t.Helper()
	parts, ok := split(p)
	if !ok || invalid(p) {
		return 0 // invalid ones are told of at load, by another
	}
	var sources []string
	for _, x := range parts {
		sources = append(sources, x.source)
	}
	if got := strings.Join(sources, "|"); got != p {
		t.Fatalf("%q was parted into %q", p, sources)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, x := range parts {
		tree, err := syntax.Parse(x.source, syntax.Perl)
		if err != nil {
			t.Fatalf("%q: the part %q is invalid: %v", p, x.source, err)
		}
		re, err := regexp.Compile(x.source)
		if err != nil || x.words == nil {
			continue // too big to be compiled: it matches nothing
		}
		for range samples {
			var b strings.Builder
			sample(rng, tree, &b)
			text := b.String()
			if loc := re.FindStringIndex(text); loc != nil && !slices.ContainsFunc(x.words, func(w string) bool { return strings.Contains(text, w) }) {
				t.Fatalf("%q matches %q, which holds none of %q", x.source, text, x.words)
			}
		}
	}
	return len(parts)
}

// Of the embedded profile every expression is read in the cheap way.
func TestSplitEmbedded(t *testing.T) {
	p := loadDefault(t)
	expressions, parts, wordless := 0, 0, 0
	for _, pat := range slices.Concat(p.Refusals, p.Events, p.Signals) {
		for _, text := range pat.Text {
			n := checkSplit(t, text, 40)
			if n == 0 {
				t.Errorf("%q is not read", text)
			}
			expressions, parts = expressions+1, parts+n
			for _, x := range choose([]string{text}) {
				if x.words == nil {
					wordless++
				}
				if slow := literals(x.source); x.words == nil && slow != nil {
					t.Errorf("%q: no words, where a parser finds %q", x.source, slow)
				}
			}
		}
	}
	t.Logf("%d expressions of %d parts, %d without words", expressions, parts, wordless)
	if expressions < 100 || parts < 2*expressions {
		t.Errorf("only %d expressions of %d parts were looked at", expressions, parts)
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		re   string
		want string // the parts, each with its words; "" where it is not read
	}{
		{"recall", "recall:recall"},
		{"recall|撤回", "recall:recall 撤回:撤回"},
		{"(?:a|b)recalled?", "(?:a|b)recalled?:recalle"},
		{"(?:recall|revoke) failed", "(?:recall|revoke) failed: failed"},
		{"(recall|revoke)[a-z|)]+", "(recall|revoke)[a-z|)]+:recall,revoke"},
		{"(?:recall)?", "(?:recall)?:"},
		{"(?:recall){0,3}x", "(?:recall){0,3}x:"},
		{"(?:recall){2}", "(?:recall){2}:recall"},
		{"ab+c", "ab+c:ab"},
		{"ab*cd", "ab*cd:cd"},
		{`\d+ \w.\bno\.`, `\d+ \w.\bno\.:no.`},
		{`[]|x]yes|[^]|x]no`, `[]|x]yes:yes [^]|x]no:no`},
		{"", ":"},
		{"x|", "x: :"},
		{"(?:one|)two", "(?:one|)two:two"},
		{`(?i)recall`, ""}, {`\Qa|b\E`, ""}, {`(?P<n>ab)|c`, ""}, {`\x41b`, ""}, {`\pLb`, ""}, {"a{x}", ""},
		{"(a", ""}, {"a)", ""}, {"[a", ""}, {`a\`, ""}, {"*a", ""}, {"a**", ""}, {"a{2}{3}", ""}, {"a\xff", ""}, {"([", ""}, {"(" + `\`, ""},
		{strings.Repeat("(?:", 200) + "a" + strings.Repeat(")", 200), ""},
	} {
		parts, ok := split(c.re)
		var got []string
		for _, x := range parts {
			got = append(got, x.source+":"+strings.Join(x.words, ","))
		}
		if s := strings.Join(got, " "); s != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q, %v; want %q", c.re, s, ok, c.want)
		}
		checkSplit(t, c.re, 20)
	}
}

// Whatever is looked for by its words first is found as if each expression were tried on each text.
func TestWordsLoseNothing(t *testing.T) {
	p := loadDefault(t)
	texts := readLines(t, "testdata/innocent.log")
	for i, c := range readRefusals(t) {
		if i%3 == 0 {
			texts = append(texts, c.text)
		}
	}
	for _, list := range [][]Pattern{p.Refusals, p.Events, p.Signals} {
		for _, pat := range list {
			cs := choose(pat.Text)
			var each []expressions
			for _, c := range cs {
				each = append(each, anyOf([]string{wordStart(c.source)}, "", ""))
			}
			for _, text := range texts {
				low, plain := Words(text), -1
				for _, re := range each {
					if loc := re.in(low); loc != nil && (plain < 0 || loc[0] < plain) {
						plain = loc[0]
					}
				}
				got := -1
				if loc := cs.in(low); loc != nil {
					got = loc[0]
				}
				if got != plain {
					t.Errorf("%s in %q: at %d, should be at %d", pat.Means, text, got, plain)
				}
			}
		}
	}
}

// What a run does not look for it does not pay for: parsing each expression of
// the embedded profile takes some 75,000 allocations.
func TestLoadingIsCheap(t *testing.T) {
	n := testing.AllocsPerRun(3, func() {
		p, ps := Load("")
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		p.Prepare()
	})
	if t.Logf("%.0f allocations", n); n > 15_000 {
		t.Errorf("%.0f allocations to load the profile and look for nothing", n)
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a|b", "(?:re(?:call|voke))+ (?:x|y)?", "[[:alpha:]|x]y", `\Qa|b\E`, "a{2,3}|b", "撤.{0,4}回|\\bno", "(a|b(c|d))e{2}?"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, p string) { checkSplit(t, p, 5) })
}
