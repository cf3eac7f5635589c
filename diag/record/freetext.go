package record

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

var (
	pairKey    = lazy.MustCompile(`(?i)(?:^|[\s,;({\["'])(?:content|text|body|draft|input|caption|nick_?name|user_?name|real_?name|内容|正文|消息内容|文本|昵称)["']?\s*[=:：]\s*`)
	pairEnd    = lazy.MustCompile(`[,;，；)}\]\n]|\s+[\w.-]+[=:]`)
	pairSecret = lazy.MustCompile(`(?i)\b(pass(?:word|wd|code)?|pwd|secret|[a-z_]*token|authorization|cookie|api_?key|密码|口令)(["']?\s*[=:：]\s*)("[^"]*"|'[^']*'|(?:Bearer |Basic )?[^\s,;&，；]+)`)
	bearer     = lazy.MustCompile(`(?i)\b(bearer|basic) [\w.~+/=-]{8,}`)
	urlInText  = lazy.MustCompile(`(?:https?|wss?)://[^\s"'<>()（）“”‘’]+`)
)

const maxFree = 4 << 10

// free cleans a line that a program wrote for people: of the console, of an
// exception. JSON in it is reduced as a body is; what was typed, sent or
// received as a message is taken out wherever it is quoted.
func (c *cleaner) free(text string) string {
	if len(text) > maxFree {
		text = strings.ToValidUTF8(text[:maxFree], "") + "…"
	}
	text = c.jsonParts(text)
	text = urlInText.ReplaceAllStringFunc(text, c.address)
	text = pairSecret.ReplaceAllString(text, "${1}${2}"+removed)
	text = bearer.ReplaceAllString(text, "$1 "+removed)
	text = pairTexts(text)
	text = c.hide(text)
	for _, t := range c.known() {
		if strings.Contains(text, t) {
			text = strings.ReplaceAll(text, t, mask(t))
		}
	}
	return text
}

// pairTexts takes out what stands behind a key for content, as in "content=see you": quoted, or up to the next pair.
func pairTexts(text string) string {
	var b strings.Builder
	for {
		m := pairKey.FindStringIndex(text)
		if m == nil {
			return b.String() + text
		}
		b.WriteString(text[:m[1]])
		text = text[m[1]:]
		end := len(text)
		if quote := strings.IndexAny(text, `"'“`); quote == 0 {
			closing := map[byte]string{'"': `"`, '\'': "'"}[text[0]]
			if closing == "" {
				closing = "”"
			}
			if i := strings.Index(text[1:], closing); i >= 0 {
				end = 1 + i + len(closing)
			}
		} else if e := pairEnd.FindStringIndex(text); e != nil {
			end = e[0]
		}
		v := strings.Trim(text[:end], `"'“” `)
		if v == "" || text[0] == '{' || text[0] == '[' || strings.HasPrefix(v, "[text") {
			b.WriteString(text[:end])
		} else {
			b.WriteString(mask(v))
		}
		text = text[end:]
	}
}

// known gives the noted texts, longest first: a text may be part of another.
func (c *cleaner) known() []string {
	out := make([]string, 0, len(c.texts))
	for t := range c.texts {
		if n := utf8.RuneCountInString(t); n >= 3 || n >= 2 && len(t) > n {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if d := len(b) - len(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return out
}

// jsonParts reduces the objects and arrays that stand in a text.
func (c *cleaner) jsonParts(text string) string {
	var b strings.Builder
	for tries := 0; tries < 20; tries++ {
		i := strings.IndexAny(text, "{[")
		if i < 0 || i+1 >= len(text) {
			break
		}
		dec := json.NewDecoder(strings.NewReader(text[i:]))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) != nil || !structured(v) {
			b.WriteString(text[:i+1])
			text = text[i+1:]
			continue
		}
		before := text[:i]
		key := ""
		if f := strings.Fields(profile.Words(strings.TrimRight(before, " =:："))); len(f) > 0 {
			key = f[len(f)-1]
		}
		if out, err := encode(c.walk(key, v, nil, 0)); err == nil {
			b.WriteString(before + out)
		} else {
			b.WriteString(before)
		}
		text = text[i+int(dec.InputOffset()):]
	}
	return b.String() + text
}

// structured reports whether a decoded value is more than a bracketed number, as [12] in a log.
func structured(v any) bool {
	switch x := v.(type) {
	case map[string]any:
		return len(x) > 0
	case []any:
		for _, e := range x {
			if _, ok := e.(string); ok || structured(e) {
				return true
			}
		}
	}
	return false
}
