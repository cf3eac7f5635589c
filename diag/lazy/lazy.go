// Package lazy has regular expressions that are compiled when they are first
// used. The packages that read evidence have hundreds, and most commands need
// none of them: compiling all took longer than the rest of a start.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp is a regular expression; its methods are package regexp's.
type Regexp struct {
	text string
	once sync.Once
	re   *regexp.Regexp
	need needs
}

var (
	mu  sync.Mutex
	all []*Regexp
)

// MustCompile is regexp.MustCompile, but panics only when the expression is used.
// It is for package variables: CompileAll holds on to all of them.
func MustCompile(text string) *Regexp {
	r := &Regexp{text: text}
	mu.Lock()
	defer mu.Unlock()
	all = append(all, r)
	return r
}

// CompileAll compiles every expression of the program, for a package's tests:
// it panics on one that is wrong. It gives their number.
func CompileAll() int {
	mu.Lock()
	defer mu.Unlock()
	for _, r := range all {
		r.get()
	}
	return len(all)
}

func (r *Regexp) get() *regexp.Regexp {
	r.once.Do(func() { r.re, r.need = regexp.MustCompile(r.text), needsOf(r.text) })
	return r.re
}

// may gives the compiled expression, nil where it surely matches nowhere in a text.
func (r *Regexp) may(s string) *regexp.Regexp {
	if re := r.get(); r.need.possible(s) {
		return re
	}
	return nil
}

func (r *Regexp) String() string                 { return r.text }
func (r *Regexp) Match(b []byte) bool            { return r.get().Match(b) }
func (r *Regexp) FindSubmatch(b []byte) [][]byte { return r.get().FindSubmatch(b) }
func (r *Regexp) SubexpIndex(name string) int    { return r.get().SubexpIndex(name) }
func (r *Regexp) SubexpNames() []string          { return r.get().SubexpNames() }

func (r *Regexp) MatchString(s string) bool {
	if re := r.may(s); re != nil {
		return re.MatchString(s)
	}
	return false
}

func (r *Regexp) FindString(s string) string {
	if re := r.may(s); re != nil {
		return re.FindString(s)
	}
	return ""
}

func (r *Regexp) FindStringIndex(s string) []int {
	if re := r.may(s); re != nil {
		return re.FindStringIndex(s)
	}
	return nil
}

func (r *Regexp) FindStringSubmatch(s string) []string {
	if re := r.may(s); re != nil {
		return re.FindStringSubmatch(s)
	}
	return nil
}

func (r *Regexp) FindStringSubmatchIndex(s string) []int {
	if re := r.may(s); re != nil {
		return re.FindStringSubmatchIndex(s)
	}
	return nil
}

func (r *Regexp) FindAllString(s string, n int) []string {
	if re := r.may(s); re != nil {
		return re.FindAllString(s, n)
	}
	return nil
}

func (r *Regexp) FindAllStringIndex(s string, n int) [][]int {
	if re := r.may(s); re != nil {
		return re.FindAllStringIndex(s, n)
	}
	return nil
}

func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	if re := r.may(s); re != nil {
		return re.FindAllStringSubmatch(s, n)
	}
	return nil
}

func (r *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int {
	if re := r.may(s); re != nil {
		return re.FindAllStringSubmatchIndex(s, n)
	}
	return nil
}

func (r *Regexp) ReplaceAllString(s, repl string) string {
	if re := r.may(s); re != nil {
		return re.ReplaceAllString(s, repl)
	}
	return s
}

func (r *Regexp) ReplaceAllStringFunc(s string, f func(string) string) string {
	if re := r.may(s); re != nil {
		return re.ReplaceAllStringFunc(s, f)
	}
	return s
}

func (r *Regexp) Split(s string, n int) []string { return r.get().Split(s, n) }
