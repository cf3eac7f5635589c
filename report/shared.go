package report

import (
	"html/template"
	"io"

	"github.com/charmbracelet/lipgloss"

	"meiqia-diag/diag"
	"meiqia-diag/diag/lang"
)

// What pages and terminals of many reports share with those of one.

// StyleSheet is the style of every page.
func StyleSheet() string { return string(pageStyle()) }

// BothLanguages writes a text in both languages; the style sheet hides one.
func BothLanguages(t lang.Text) template.HTML { return both(t) }

// Clean makes a text of a report harmless for terminals and pages.
func Clean(s string) string { return clean(s) }

// CauseName is what people call a cause.
func CauseName(code diag.Code) lang.Text { return causeName(code) }

// BrowserName is a browser's name as its maker writes it.
func BrowserName(word string) string { return browserName(word) }

// Percent writes a probability; it never says 100 % or 0 % of what is not certain.
func Percent(p float64) string { return percent(p) }

// Tones are the styles good, bad, warn, dim and head; without colour they change nothing.
func Tones(w io.Writer, color bool) map[string]lipgloss.Style { return tones(w, color) }

// Wrap breaks a text into lines of at most width columns, Chinese text too.
func Wrap(s string, width int) []string { return wrap(s, width) }

// Pad fills a text up to width columns.
func Pad(s string, width int) string { return pad(s, width) }

// Widest gives the columns of the widest of some texts.
func Widest(list ...string) int { return widest(list...) }
