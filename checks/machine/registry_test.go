package machine

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// exported is a registry as regedit exports it.
type exported struct {
	values map[string]map[string]any // by key, lower case
	names  map[string][]string       // subkeys as written, by key
}

var regHives = map[string]string{"HKEY_LOCAL_MACHINE": "hklm", "HKEY_CURRENT_USER": "hkcu"}

// regExport reads an export (.reg, version 5): UTF-16 with a mark, or UTF-8.
func regExport(t testing.TB, text string) exported {
	t.Helper()
	if strings.HasPrefix(text, "\xff\xfe") {
		units := make([]uint16, (len(text)-2)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16([]byte(text[2+2*i:]))
		}
		text = string(utf16.Decode(units))
	}
	r := exported{map[string]map[string]any{}, map[string][]string{}}
	key := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "["):
			hive, rest, _ := strings.Cut(strings.Trim(line, "[]"), `\`)
			if regHives[hive] == "" {
				t.Fatalf("no hive: %s", line)
			}
			at := regHives[hive]
			for part := range strings.SplitSeq(rest, `\`) {
				if !slices.ContainsFunc(r.names[at], func(s string) bool { return strings.EqualFold(s, part) }) {
					r.names[at] = append(r.names[at], part)
				}
				at += `\` + strings.ToLower(part)
			}
			key = at
			r.values[key] = map[string]any{}
		case key != "" && strings.Contains(line, "="):
			name, value, err := regLine(line)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			r.values[key][name] = value
		}
	}
	return r
}

func regLine(line string) (name string, value any, err error) {
	rest := strings.TrimPrefix(line, "@")
	if rest == line {
		if name, err = strconv.QuotedPrefix(line); err != nil {
			return "", nil, err
		}
		rest = line[len(name):]
		if name, err = strconv.Unquote(name); err != nil {
			return "", nil, err
		}
	}
	rest = strings.TrimPrefix(rest, "=")
	if hex, ok := strings.CutPrefix(rest, "dword:"); ok {
		n, err := strconv.ParseUint(hex, 16, 32)
		return name, float64(n), err
	}
	s, err := strconv.Unquote(rest)
	if err != nil {
		err = fmt.Errorf("only texts and dwords are read: %w", err)
	}
	return name, s, err
}

func (r exported) at(root, key string) string { return strings.ToLower(root + `\` + key) }

func (r exported) Subkeys(root, key string) []string { return r.names[r.at(root, key)] }

func (r exported) String(root, key, name string) string {
	for n, v := range r.values[r.at(root, key)] {
		if s, ok := v.(string); ok && strings.EqualFold(n, name) {
			return s
		}
	}
	return ""
}

func (r exported) Values(root, key string) map[string]any {
	return maps.Clone(r.values[r.at(root, key)])
}

// utf16le writes a text as regedit does.
func utf16le(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(strings.ReplaceAll(s, "\n", "\r\n"))) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return string(out)
}
