package recording

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"meiqia-diag/diag/lang"
)

// Bounds of what is kept of one recording.
const (
	maxLine   = 64 << 10
	maxEvents = 50_000
	maxText   = 512 // of one string
)

// Read reads a recording. A line that cannot be read is left out; the first must be the manifest.
func Read(r io.Reader, name string) (Recording, []*lang.Problem, error) {
	var rec Recording
	var problems []*lang.Problem
	br := bufio.NewReaderSize(r, 32<<10)
	bad := 0
	for n := 1; ; n++ {
		line, long, err := readLine(br)
		if long {
			bad++
		} else if text := bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))); len(text) > 0 {
			switch {
			case rec.Manifest.Schema == "":
				if json.Unmarshal(text, &rec.Manifest) != nil || rec.Manifest.Schema == "" {
					return rec, append(problems, problem(name, n, lang.T("不是 meiqia-diag 的录制", "this is no recording of meiqia-diag"))), nil
				}
				if rec.Manifest.Schema != Schema {
					problems = append(problems, problem(name, n, lang.T("是另一个版本的录制（%s），能读懂的照常使用", "a recording of another version (%s): what can be read is used").F(clip(rec.Manifest.Schema))))
				}
			case len(rec.Events) >= maxEvents:
				rec.Cut = true
			default:
				var e Event
				if json.Unmarshal(text, &e) != nil || e.Type == "" || !e.sound() {
					bad++
				} else {
					rec.Events = append(rec.Events, e)
				}
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			rec.Cut = true
			return rec, problems, err
		}
	}
	if rec.Manifest.Schema == "" {
		problems = append(problems, problem(name, 1, lang.T("录制是空的", "the recording is empty")))
	}
	if bad > 0 {
		rec.Cut = true
		problems = append(problems, problem(name, 0, lang.T("%d 行读不懂，其余照常使用", "%d lines could not be read: the others are used").F(bad)))
	}
	return rec, problems, nil
}

// readLine gives one line; of one that is too long nothing but that it was.
func readLine(br *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := br.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			line, long = nil, true
		} else if !long {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

// sound reports whether an event holds what its type promises, in figures that can be.
func (e *Event) sound() bool {
	if e.At.Year() < 2000 || e.At.Year() > 9999 {
		return false
	}
	if e.MS < 0 || e.MS > 1e9 || math.IsNaN(e.MS) {
		return false
	}
	switch e.Type {
	case "press":
		if e.Press == nil || len(e.Press.Target) > maxText || e.Press.Delay > 1e9 {
			return false
		}
		e.Press.Delay = max(e.Press.Delay, 0)
		return e.Press.Near.sound()
	case "look":
		return e.Look != nil && e.Look.Best.sound()
	case "view":
		return e.View != nil
	case "ws":
		return e.WS != nil
	case "said":
		return e.Text != "" && len(e.Text) <= maxText
	case "issue":
		return e.Issue != nil
	case "compare":
		return e.Compare.sound()
	}
	return true
}

func (c *Control) sound() bool {
	return c == nil || len(c.Element) <= maxText && len(c.State) <= maxText && len(c.By) <= maxText && len(c.Why) <= maxText
}

func problem(name string, line int, what lang.Text) *lang.Problem {
	return &lang.Problem{File: name, Line: line, What: what, Hint: lang.T("请重新录制，或只给出其余文件", "record again, or give the other files only")}
}

func clip(s string) string {
	if len(s) > 40 {
		s = s[:40]
	}
	return fmt.Sprintf("%q", s)
}
