package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"meiqia-diag/diag/incident"
	"meiqia-diag/diag/lang"
)

// value is a flag that is read by a function of its own.
type value struct {
	text string
	set  func(string) *lang.Problem
}

func (v *value) String() string { return v.text }
func (v *value) Type() string   { return "string" }

func (v *value) Set(s string) error {
	if p := v.set(s); p != nil {
		return p
	}
	v.text = s
	return nil
}

// flags adds flags to a command, with their words in the language of the run.
type flags struct {
	a  *app
	fs *pflag.FlagSet
}

// flagsOf adds flags to a command, to be shown in the order in which they were added.
func (a *app) flagsOf(cmd *cobra.Command) flags {
	cmd.Flags().SortFlags = false
	return flags{a, cmd.Flags()}
}

// metavar names the annotation that holds what stands for a flag's value in the help.
const metavar = "meiqia_metavar"

func (f flags) describe(name, meta string) {
	if meta != "" {
		_ = f.fs.SetAnnotation(name, metavar, []string{meta})
	}
}

func (f flags) text(p *string, name, meta, zh, en string) {
	f.fs.StringVar(p, name, *p, f.a.t(zh, en))
	f.describe(name, meta)
}

func (f flags) list(p *[]string, name, meta, zh, en string) {
	f.fs.StringArrayVar(p, name, nil, f.a.t(zh, en))
	f.describe(name, meta)
}

func (f flags) yes(p *bool, name, zh, en string) { f.fs.BoolVar(p, name, false, f.a.t(zh, en)) }

// asksNothing takes the flags that keep other commands from asking: a script
// that gives them to all of them need not know which ones ask.
func (f flags) asksNothing() {
	var ignored bool
	f.yes(&ignored, "yes", "不再确认（本命令不提问）", "ask for nothing (this command never does)")
	f.yes(&ignored, "no-input", "不提问（本命令不提问）", "ask no questions (this command never does)")
}

func (f flags) value(name, meta, initial string, set func(string) *lang.Problem, zh, en string) {
	f.fs.Var(&value{text: initial, set: set}, name, f.a.t(zh, en))
	f.describe(name, meta)
}

// choice is a flag with a fixed set of words.
func (f flags) choice(p *string, name, meta string, words []string, zh, en string) {
	f.value(name, meta, *p, func(s string) *lang.Problem {
		for _, w := range words {
			if s == w {
				*p = s
				return nil
			}
		}
		return unknownWord(s, words, lang.T("可用：%s", "use one of: %s").F(strings.Join(words, " ")))
	}, zh, en)
}

// span is a flag that holds a duration as people write it.
func (f flags) span(p *time.Duration, name, meta, zh, en string) {
	f.duration(p, name, meta, lang.T("请写成 500ms、30s、2m、1m30s 或 2分钟", "write it as 500ms, 30s, 2m, 1m30s or 2 minutes"), zh, en)
}

// limit is a span of which 0 stands for no limit.
func (f flags) limit(p *time.Duration, name, meta, zh, en string) {
	f.duration(p, name, meta, lang.T("请写成 500ms、30s、2m、1m30s 或 2分钟；0 为不限", "write it as 500ms, 30s, 2m, 1m30s or 2 minutes; 0 is no limit"), zh, en)
}

func (f flags) duration(p *time.Duration, name, meta string, hint lang.Text, zh, en string) {
	f.value(name, meta, spanText(*p), func(s string) *lang.Problem {
		d, bad := readSpan(s)
		if bad != nil {
			bad.Hint = hint
			return bad
		}
		*p = d
		return nil
	}, zh, en)
}

// longest is the longest duration that makes sense anywhere.
const longest = 100 * 365 * 24 * time.Hour

// readSpan reads a duration from 0 up, as people and as programs write it.
func readSpan(s string) (time.Duration, *lang.Problem) {
	text := strings.TrimSpace(halfWidth(s))
	if text == "" {
		return 0, &lang.Problem{What: lang.T("是空的", "it is empty")}
	}
	short := strings.NewReplacer("毫秒", "ms", " ", "").Replace(text)
	d, bad := time.ParseDuration(short) // as programs write it, down to 100ms
	if bad != nil {
		var p *lang.Problem
		if d, p = incident.ParseWindow(text); p != nil {
			n, notNumber := strconv.ParseFloat(strings.TrimRight(strings.TrimLeft(short, "+-"), "dhmsu\u00b5n天小时分钟秒"), 64)
			switch {
			case notNumber != nil:
				return 0, &lang.Problem{What: p.What}
			case strings.HasPrefix(short, "-"):
				d = -1
			case n > 0:
				d = longest + 1
			default:
				d = 0
			}
		}
	}
	switch {
	case d < 0:
		return 0, &lang.Problem{What: lang.T("时长 %q 是负的", "the duration %q is negative").F(s)}
	case d > longest:
		return 0, &lang.Problem{What: lang.T("时长 %q 太长", "the duration %q is too long").F(s)}
	}
	return d, nil
}

// spanText writes a duration shortly: 1m30s, not 1m30.000s; "" for none.
func spanText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	return strings.TrimSuffix(strings.Replace(s, "h0m", "h", 1), "h0s")
}

// halfWidth turns the digits and marks of a Chinese keyboard into ASCII.
func halfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		case r == '。':
			return '.'
		}
		return r
	}, s)
}

// fromEnvironment are the flags that an environment variable can stand in for.
var fromEnvironment = []string{"profile", "format", "offline", "timeout", "no-input", "db"}

// applyEnvironment sets the flags that were not given from MEIQIA_DIAG_*.
func applyEnvironment(fs *pflag.FlagSet, env func(string) string) *lang.Problem {
	for _, name := range fromEnvironment {
		key := envName(name)
		f, v := fs.Lookup(name), env(key)
		if f == nil || f.Changed || v == "" {
			continue
		}
		if f.Value.Type() == "bool" {
			v = boolWord(v)
		}
		if err := f.Value.Set(v); err != nil {
			p := *asProblems(valueError(f, v, err))[0]
			p.Field = key
			return &p
		}
	}
	return nil
}

func envName(flag string) string {
	return "MEIQIA_DIAG_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func boolWord(s string) string {
	switch strings.ToLower(s) {
	case "yes", "y", "on", "是":
		return "true"
	case "no", "n", "off", "否":
		return "false"
	}
	return s
}

// valueError tells what is wrong with a flag's value.
func valueError(f *pflag.Flag, given string, err error) error {
	var own *lang.Problem // what our own flags say; a library's is told in our words
	if errors.As(err, &own) {
		one := *own
		one.Field = "--" + f.Name
		return &one
	}
	hint := lang.T("请写成 --%s=值", "write it as --%s=VALUE").F(f.Name)
	if f.Value.Type() == "bool" {
		hint = lang.T("可用：true、false，或只写 --%s", "use true or false, or just --%s").F(f.Name)
	} else if _, e := strconv.Atoi(given); e != nil && f.Value.Type() == "int" {
		hint = lang.T("请写一个整数", "write a whole number")
	}
	return &lang.Problem{Field: "--" + f.Name, What: lang.T("%q 用不了", "%q will not do").F(fmt.Sprint(given)), Hint: hint}
}
