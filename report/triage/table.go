package triage

import (
	"strconv"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
	"meiqia-diag/report"
)

// table is rows under headings, in both languages, for every format.
type table struct {
	heads []lang.Text
	right []bool // columns of numbers
	far   []bool // columns that small screens do without; nil for none
	rows  [][]lang.Text
}

func (t *table) head(right bool, h lang.Text) {
	t.heads, t.right = append(t.heads, h), append(t.right, right)
}

func count(n int) lang.Text { return lang.Same(strconv.Itoa(n)) }

func text(s string) lang.Text { return lang.Same(report.Clean(s)) }

// causeTable has all causes; a narrow one only the columns that matter most.
func (p *Picture) causeTable(narrow bool) (t table) {
	t.head(false, sCode)
	t.head(true, sReports)
	t.head(true, sShare)
	t.head(true, sExpected)
	if !narrow {
		t.head(true, sBeside)
		t.head(true, sCandidate)
	}
	t.head(false, sName)
	for _, c := range p.Causes {
		share := "-"
		if c.Reports > 0 {
			share = strconv.FormatFloat(c.Share*100, 'f', 1, 64) + "%"
		}
		row := []lang.Text{text(c.Code), count(c.Reports), lang.Same(share), lang.Same(strconv.FormatFloat(c.Expected, 'f', 1, 64))}
		if !narrow {
			row = append(row, count(c.Contributing), count(c.Candidate))
		}
		t.rows = append(t.rows, append(row, report.CauseName(diag.Code(c.Code))))
	}
	return t
}

// pageCauses is the same for a page, where a cause's name and code share a column.
func (p *Picture) pageCauses() table {
	t := p.causeTable(false)
	n := len(t.heads) - 1
	for i, r := range t.rows {
		r[0] = lang.T("%s %s", "%s %s").F(r[n], r[0])
		t.rows[i] = r[:n]
	}
	t.heads, t.right = t.heads[:n], t.right[:n]
	t.heads[0] = sCauses
	for i := range t.heads {
		t.far = append(t.far, i > 2)
	}
	return t
}

// timeTable holds the last steps in which there were reports, or with a limit of
// 0 all steps there are, with so many chief causes of each.
func (p *Picture) timeTable(limit, chiefs int, called func(string) lang.Text) (t table, left int) {
	t.head(false, sFrom)
	t.head(true, sReports)
	t.head(false, sTopCauses)
	for i, s := range p.OverTime {
		if limit == 0 || s.Reports > 0 {
			t.rows = append(t.rows, []lang.Text{lang.Same(p.axis.label(p.axis.edges[i])), count(s.Reports), chief(ranked(s.Causes), chiefs, called)})
		}
	}
	if limit > 0 && len(t.rows) > limit {
		left = len(t.rows) - limit
		t.rows = t.rows[left:]
	}
	return t, left
}

// threeChiefs is how many causes stand beside a count where there is room.
const threeChiefs = 3

// What a cause is called: by its code where it may be searched for, by its name on a page.
func byCode(code string) lang.Text { return text(code) }
func byName(code string) lang.Text { return report.CauseName(diag.Code(code)) }

// chief names the first n causes with their counts.
func chief(list []CodeCount, n int, called func(string) lang.Text) lang.Text {
	var out lang.Text
	for i, c := range list {
		if i == n {
			break
		}
		one := lang.T("%s %d", "%s %d").F(called(c.Code), c.Reports)
		if i > 0 {
			out.ZH, out.EN = out.ZH+sListed.ZH, out.EN+sListed.EN
		}
		out.ZH, out.EN = out.ZH+one.ZH, out.EN+one.EN
	}
	if out.IsZero() {
		return lang.Same("-")
	}
	return out
}

// valueTable shows one field: of versions the newest first.
func valueTable(b Breakdown, limit, chiefs int, called func(string) lang.Text) (t table, left int) {
	t.head(false, sValue)
	t.head(true, sReports)
	t.head(false, sTopCauses)
	values := append([]Value{}, b.Values...)
	if f, _ := fieldOf(b.Field); f.version {
		for i, j := 0, len(values)-1; i < j; i, j = i+1, j-1 {
			values[i], values[j] = values[j], values[i]
		}
	}
	if limit > 0 && len(values) > limit {
		values, left = values[:limit], len(values)-limit
	}
	for _, v := range values {
		name := valueName(b.Field, v.Value)
		t.rows = append(t.rows, []lang.Text{lang.T(report.Clean(name.ZH), report.Clean(name.EN)), count(v.Reports), chief(v.Causes, chiefs, called)})
	}
	if b.Unknown > 0 {
		t.rows = append(t.rows, []lang.Text{sUnknown, count(b.Unknown), lang.Same("")})
	}
	return t, left
}

func (p *Picture) missingTable(limit int) (t table, left int) {
	t.head(true, sReports)
	t.head(false, sMissing)
	list := p.Missing
	if limit > 0 && len(list) > limit {
		list, left = list[:limit], len(list)-limit
	}
	for _, m := range list {
		t.rows = append(t.rows, []lang.Text{count(m.Reports), lang.T(report.Clean(m.What.ZH), report.Clean(m.What.EN))})
	}
	return t, left
}

// shown are the breakdowns for people: those asked for, or the usual ones that tell anything.
func (p *Picture) shown() []Breakdown {
	var out []Breakdown
	for _, b := range p.By {
		usually := false
		for _, u := range usual {
			usually = usually || u == b.Field
		}
		if len(p.asked) > 0 || usually && len(b.Values) > 0 {
			out = append(out, b)
		}
	}
	return out
}
