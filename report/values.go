package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"meiqia-diag/diag"
	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// clean makes a string of the document harmless for a line of text: no control
// characters, no escape sequences, nothing that turns the reading direction.
func clean(s string) string {
	ok := true
	for _, r := range s {
		if unsafeRune(r) {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unsafeRune(r):
			return '\uFFFD'
		}
		return r
	}, s)
}

func unsafeRune(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x2028 || r == 0x2029 || r == 0xFEFF || r >= 0xE0000 && r <= 0xE0FFF
}

func cleanText(t lang.Text) lang.Text { return lang.T(clean(t.ZH), clean(t.EN)) }

// percent writes a probability; it never says 100 % or 0 % of what is not certain.
func percent(p float64) string {
	switch {
	case math.IsNaN(p):
		return "?"
	case p >= 0.995:
		return ">99%"
	case p > 0 && p < 0.005:
		return "<1%"
	}
	return strconv.Itoa(int(math.Round(p*100))) + "%"
}

func db(v float64) string { return fmt.Sprintf("%+.1f", v) }

func observationName(id string) lang.Text {
	if t, ok := observationNames[id]; ok {
		return t
	}
	return lang.Same(clean(id))
}

var units = map[string]lang.Text{
	"ms": lang.T("毫秒", "ms"), "s": lang.T("秒", "s"), "percent": lang.Same("%"), "count": lang.T("个", ""), "bytes": lang.T("字节", "bytes"),
}

// observationValue writes a value with its unit, its uncertainty and its interval.
func observationValue(o diag.Observation) lang.Text {
	t := lang.Same(clean(o.Text()))
	if w, ok := valueWord(o); ok {
		t = w
	}
	switch o.ID {
	case "browser.setting":
		return settingValue(o)
	case "browser.installed", "client.installed":
		return versions(t, o)
	case "browser.engine":
		return compared(o)
	}
	if rule := o.Detail["rule"]; rule != "" {
		t = lang.T("%s，规则 %s", "%s, rule %s").F(t, clean(ruleName(o.Detail)))
	}
	if n, ok := o.Number(); ok {
		if o.Unit == "ms" && math.Abs(n) >= 10_000 { // seconds read better
			o.Unit = "s"
			n = n / 1000
			for _, p := range []**float64{&o.Uncertainty, &o.Low, &o.High} {
				if *p != nil {
					*p = diag.Float(**p / 1000)
				}
			}
		}
		t = lang.Same(number(n))
	}
	if o.Uncertainty != nil {
		t = lang.T("%s ± %s", "%s ± %s").F(t, rounded(*o.Uncertainty, math.Ceil))
	}
	if u, ok := units[o.Unit]; ok {
		if o.Unit == "percent" {
			t = lang.T("%s%s", "%s%s").F(t, u)
		} else if u.EN != "" {
			t = lang.T("%s %s", "%s %s").F(t, u)
		}
	} else if o.Unit != "" {
		t = lang.T("%s %s", "%s %s").F(t, clean(o.Unit))
	}
	if o.Low != nil && o.High != nil && o.Uncertainty == nil { // it would say the same once more
		unit := ""
		if o.Unit == "percent" {
			unit = "%"
		}
		t = lang.T("%s（%s 至 %s）", "%s (%s to %s)").F(t, rounded(*o.Low, math.Floor)+unit, rounded(*o.High, math.Ceil)+unit)
	}
	return t
}

// ruleName names the rule of an extension as people find it: the line or filter,
// and the list that it stands in; its number where it has none.
func ruleName(d map[string]string) string {
	filter, list := d["filter"], d["list"]
	if list == "" {
		list = d["ruleset"]
	}
	switch {
	case filter == "":
		return d["rule"]
	case list == "":
		return filter
	}
	return filter + " (" + list + ", " + d["rule"] + ")"
}

// number writes a number with as many digits as it is worth reading.
func number(n float64) string { return rounded(n, math.Round) }

// rounded writes a number rounded one way: a bound has to hold as it is written.
func rounded(n float64, way func(float64) float64) string {
	a := math.Abs(n)
	digits := 0
	switch {
	case a == math.Trunc(a) || a >= 1000:
	case a >= 10:
		digits = 1
	case a >= 0.1:
		digits = 2
	default:
		digits = 4
	}
	scale := math.Pow10(digits)
	if exact := math.Round(n*scale*1000) / 1000; exact != math.Trunc(exact) { // what floats add does not count
		n = way(exact) / scale
	}
	s := strconv.FormatFloat(n, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	whole, frac, has := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if has {
		whole += "." + frac
	}
	return sign + whole
}

// fact is one field of the incident, ready to be shown.
type fact struct {
	Label, Value lang.Text
	Basis        incident.Basis
	Source       string
}

func facts(doc *diag.Document) []fact {
	var out []fact
	for _, f := range doc.Incident.Fields() {
		got, _ := doc.Incident.Get(f)
		spec := incident.SpecOf(f)
		word := doc.Incident.String(f)
		value := lang.Same(clean(word))
		for _, c := range spec.Choices {
			if c.Word == word {
				value = c.Label
			}
		}
		if l, ok := got.Value.([]string); ok && len(l) == 0 {
			value = sNone
		}
		if w, ok := got.Value.(incident.Window); ok {
			value = lapse(w.D)
		}
		if m, ok := got.Value.(incident.Moment); ok {
			value = lang.Same(m.T.Format("2006-01-02 15:04:05 -07:00"))
			if m.ZoneAssumed {
				value = lang.T("%s（时区为假定）", "%s (zone assumed)").F(value)
			}
		}
		out = append(out, fact{spec.Label, value, got.Basis, clean(got.Source)})
	}
	return out
}

// factText is the value of one field as people read it; ok is false when it is unknown.
func factText(doc *diag.Document, f incident.Field) (lang.Text, bool) {
	label := incident.SpecOf(f).Label
	for _, x := range facts(doc) {
		if x.Label == label {
			return x.Value, true
		}
	}
	return unknownWord, false
}
