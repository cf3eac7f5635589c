package attempt

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
)

var (
	nameColumn  = lazy.MustCompile(`(?i)^(?:svname|backend|upstream|server|node|pod|instance|host|target|address|addr|endpoint|replica|worker|peer|name|ip|后端|节点|实例|服务器|主机|机器)(?:[ _-]?(?:name|id|addr|ip))?$`)
	groupColumn = lazy.MustCompile(`(?i)^(?:pxname|service|cluster|pool|group|upstream_group|集群|服务)$`)
	askedColumn = lazy.MustCompile(`(?i)^(?:stot|req_tot|requests?(?:[ _-]?total)?|reqs?|total|count|rq_total|calls?|请求(?:数|量)?|总数)$`)
	badColumn   = lazy.MustCompile(`(?i)^(?:hrsp_5xx|5xx|errors?|err|errs|fail(?:s|ed|ures?)?|eresp|econ|rq_error|rq_timeout|timeouts?|5xx[ _-]?count|错误(?:数)?|失败(?:数)?|超时(?:数)?)$`)
	shareColumn = lazy.MustCompile(`(?i)^(?:err(?:or)?[ _-]?(?:rate|pct|percent|%)|error%|5xx[ _-]?(?:rate|pct|%)|错误率|失败率)(?:\(?%\)?)?$`)
	waitColumn  = lazy.MustCompile(`(?i)^(?:rtime|ttime|rt|rtt|latency|avg|mean|p50|p9[059](?:\.9)?|p999|response[ _-]?time|resp|duration|time|耗时|延迟|平均(?:耗时|延迟)?|响应时间)(?:[ _-]?\(?(ms|s|µs|us|毫秒|秒)\)?)?$`)
	stateColumn = lazy.MustCompile(`(?i)^(?:status|state|health|healthy|ready|check_status|targethealth|状态|健康)$`)
	notAMachine = lazy.MustCompile(`(?i)^(?:frontend|backend|total|sum|all|avg|合计|总计|-+|=+)?$`)
	readyOf     = lazy.MustCompile(`^(\d+)/(\d+)$`)
	measured    = lazy.MustCompile(`^([\d.]+)\s*(ms|s|µs|us|%|毫秒|秒)?$`)
	rowMark     = lazy.MustCompile(`^\s*[|+-][-+|=: ]+$`)
)

// table is a header that says what its columns are, while its rows are read.
type table struct {
	split func(string) []string
	cols  []string
	name  int
	rows  int
}

func byMark(mark string) func(string) []string {
	return func(s string) []string {
		out := strings.Split(strings.Trim(strings.TrimSpace(s), mark), mark)
		for i := range out {
			out[i] = strings.Trim(strings.TrimSpace(out[i]), `"`)
		}
		return out
	}
}

// tableHead recognises the head of a table of machines: a column that names them
// and one that measures or judges them.
func tableHead(line string) *table {
	line = strings.TrimLeft(line, "# ")
	for _, split := range []func(string) []string{byMark("|"), byMark("\t"), byMark(","), strings.Fields} {
		t := &table{split: split, cols: split(line), name: -1}
		if len(t.cols) < 2 || len(t.cols) > 120 {
			continue
		}
		tells := 0
		for i, c := range t.cols {
			switch {
			case t.name < 0 && nameColumn.MatchString(c):
				t.name = i
			case badColumn.MatchString(c), shareColumn.MatchString(c), waitColumn.MatchString(c), stateColumn.MatchString(c):
				tells++
			case !groupColumn.MatchString(c) && len(c) > 24:
				tells -= 2 // words of a sentence
			}
		}
		if t.name >= 0 && tells > 0 {
			return t
		}
	}
	return nil
}

// row reads one machine off a table.
func (t *table) row(line, where string) (m Machine, ok bool) {
	cells := t.split(line)
	if len(cells) < len(t.cols)-1 || len(cells) <= t.name || notAMachine.MatchString(cells[t.name]) || strings.ContainsAny(cells[t.name], " =;") {
		return m, false
	}
	m = Machine{Group: "table", Name: cells[t.name], Wait: -1, Source: where}
	asked, bad, told := 0.0, 0.0, false
	for i, c := range cells[:min(len(cells), len(t.cols))] {
		col := t.cols[i]
		v, unit, isNum := number1(c)
		switch {
		case i == t.name:
		case groupColumn.MatchString(col):
			m.Group = "table " + c
		case askedColumn.MatchString(col) && isNum:
			asked = max(asked, v)
		case badColumn.MatchString(col) && isNum:
			bad, told = bad+v, true
		case shareColumn.MatchString(col) && isNum:
			if unit != "%" && v <= 1 && strings.Contains(c, ".") {
				v *= 100
			}
			asked, bad, told = max(asked, 100), max(bad, v), true
		case waitColumn.MatchString(col) && isNum:
			if u := waitColumn.FindStringSubmatch(col)[1]; unit == "" {
				unit = u
			}
			m.Wait, told = max(m.Wait, inMillis(v, unit)), true
		case stateColumn.MatchString(col):
			if r := readyOf.FindStringSubmatch(c); r != nil {
				asked, bad, told = max(asked, 2), bad+2*float64(b2i(r[1] != r[2])), true
			} else if good, down := healthGood.MatchString(c) || strings.EqualFold(c, "running"), healthBad.MatchString(c) || strings.Contains(c, "CrashLoop"); good != down {
				asked, bad, told = max(asked, 2), bad+2*float64(b2i(down)), true
			}
		}
	}
	if !told {
		return m, false
	}
	m.Asked, m.Bad = int(max(asked, bad)), int(min(bad, max(asked, bad)))
	return m, true
}

// sums reports whether a row is of all machines together, or of the entrance.
func (t *table) sums(line string) bool {
	cells := t.split(line)
	return len(cells) >= len(t.cols)-1 && len(cells) > t.name && notAMachine.MatchString(cells[t.name])
}

func number1(s string) (v float64, unit string, ok bool) {
	p := measured.FindStringSubmatch(s)
	if p == nil {
		return 0, "", false
	}
	v, err := strconv.ParseFloat(p[1], 64)
	return v, p[2], err == nil
}

func inMillis(v float64, unit string) float64 {
	switch unit {
	case "s", "秒":
		return v * 1000
	case "us", "µs":
		return v / 1000
	}
	return v
}

// machineTables reads the tables and metrics of a file that sum up how each machine does.
func (a *Attempt) machineTables(lf evidence.LogFile) {
	var t *table
	for _, e := range lf.Entries {
		a.metricLine(e, lf.File.Name)
		for line := range strings.Lines(head(e.Text, 16<<10)) {
			line = strings.TrimRight(line, "\r\n")
			if t != nil {
				if m, ok := t.row(line, lf.File.Name); ok {
					a.tellMachine(m)
					t.rows++
					continue
				}
				if t.rows < 200 && (rowMark.MatchString(line) || t.sums(line)) {
					continue
				}
			}
			t = nil
			if len(line) < 2048 && digits(line) <= 8 && !strings.ContainsAny(line, "={") && headWords().in(line) {
				t = tableHead(line)
			}
			a.labelledMetric(line, lf.File.Name)
		}
	}
}

var (
	waitMetric  = lazy.MustCompile(`(?i)(?:p50|p9[059]|p999|latenc|duration|response[ _-]?time|resp[ _]?time|avg|mean|\brt\b|\bms\b|耗时|延迟|响应)`)
	errorMetric = lazy.MustCompile(`(?i)(?:5xx|error|err\b|fail|timeout|错误|失败|超时)`)
	memberKey   = lazy.MustCompile(`(?i)^(?:(p5\d|p9\d+|avg|rt|latency|5xx|err(?:ors?)?|fail(?:ed|ures)?|timeouts?|ms)[_.-])?((?:pod|node|backend|upstream|server|srv|instance|replica|worker|host|shard|zone|az|rs|web|app|im|api|gw)[-_.]?(?:[a-z]|\d{1,3}|[\w-]*\d[\w.-]*)|others?|rest)(?:[_.-](p5\d|p9\d+|avg|rt|latency|5xx|err(?:ors?)?|fail(?:ed|ures)?|timeouts?|ms))?$|^(\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?)$`)
	labelled    = lazy.MustCompile(`^([a-zA-Z_:][\w:]*)\{([^}]*)\}\s+([\d.eE+-]+|NaN)`)
	labelOf     = lazy.MustCompile(`(\w+)="([^"]*)"`)
)

// These spare most lines of a log the look at what follows.
var (
	figureWords = sync.OnceValue(func() *hints {
		return newHints("p50", "p9", "latenc", "avg", "mean", "5xx", "error", "fail", "timeout", "rt", "\u8017\u65f6", "\u5ef6\u8fdf", "\u9519\u8bef")
	})
	memberWords = sync.OnceValue(func() *hints {
		return newHints("pod", "node", "backend", "upstream", "server", "srv", "instance", "replica", "worker", "shard", "zone", "web", "app", "gw", "api", "im", "10.", "172.", "192.")
	})
	headWords = sync.OnceValue(func() *hints {
		return newHints("5xx", "err", "fail", "timeout", "rt", "latenc", "avg", "mean", "p50", "p9", "resp", "time", "status", "state", "health", "ready", "\u9519\u8bef", "\u5931\u8d25", "\u8017\u65f6", "\u5ef6\u8fdf", "\u72b6\u6001")
	})
)

func digits(s string) (n int) {
	for i := range len(s) {
		n += b2i(s[i] >= '0' && s[i] <= '9')
	}
	return n
}

// metricLine reads a line that gives the like figure of several machines side by
// side: "p95 by pod pod-a=28 pod-b=13 pod-c=10246 5xx_pod_c=53".
func (a *Attempt) metricLine(e *logs.Entry, where string) {
	if !figureWords().in(e.Text) || !memberWords().in(e.Text) {
		return
	}
	waits, errs := map[string]float64{}, map[string]float64{}
	for k, v := range e.Fields {
		m := memberKey.FindStringSubmatch(k)
		if m == nil {
			continue
		}
		n, unit, ok := number1(v)
		if !ok {
			continue
		}
		name, what := strings.ReplaceAll(m[2]+m[4], "_", "-"), m[1]+m[3]
		if what == "" {
			what = head(e.Text, 400)
			if msg := e.Fields["message"]; msg != "" {
				what = msg
			}
		}
		switch {
		case errorMetric.MatchString(what) && !waitMetric.MatchString(what):
			errs[name] = n
		case waitMetric.MatchString(what):
			waits[name] = inMillis(n, unit)
		}
	}
	if names := keysOf(waits); alikeNames(names) || addresses(names) {
		for _, n := range names {
			for range 2 { // a percentile or a mean stands for many answers
				a.tellMachine(Machine{Group: "metrics", Name: n, Wait: waits[n], Source: where})
			}
		}
	}
	names := keysOf(errs)
	most := 0
	for _, n := range names {
		most = max(most, int(errs[n]))
	}
	if len(names) < 2 || most == 0 {
		return
	}
	for _, n := range names { // a balancer that shares evenly asked each as often
		a.tellMachine(Machine{Group: "metrics", Name: n, Asked: most, Bad: int(errs[n]), Wait: -1, Source: where})
	}
}

// labelledMetric reads Prometheus' text format where a label names the machine.
func (a *Attempt) labelledMetric(line, where string) {
	if i := strings.IndexByte(line, '{'); i <= 0 || i > 80 || line[len(line)-1] > '9' {
		return
	}
	m := labelled.FindStringSubmatch(line)
	if m == nil {
		return
	}
	name, quantile := "", ""
	for _, l := range labelOf.FindAllStringSubmatch(m[2], 16) {
		if machineKey.MatchString(l[1]) {
			name = l[2]
		}
		if l[1] == "quantile" {
			quantile = l[2]
		}
	}
	v, err := strconv.ParseFloat(m[3], 64)
	if name == "" || err != nil || v < 0 {
		return
	}
	metric := m[1]
	switch {
	case quantile >= "0.5" && waitMetric.MatchString(metric):
		if strings.Contains(metric, "seconds") && !strings.Contains(metric, "milli") {
			v *= 1000
		}
		for range 2 {
			a.tellMachine(Machine{Group: "metric " + metric + quantile, Name: name, Wait: v, Source: where})
		}
	case metric == "up" || strings.HasSuffix(metric, "_up") || strings.HasSuffix(metric, "_healthy"):
		a.tellMachine(Machine{Group: "metric " + metric, Name: name, Asked: 2, Bad: 2 * b2i(v == 0), Wait: -1, Source: where})
	}
}

func keysOf(m map[string]float64) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func addresses(names []string) bool {
	return len(names) > 1 && !slices.ContainsFunc(names, func(n string) bool { return !addressText.MatchString(n) && machineName.FindString(n) != n })
}
