package redact

import "strings"

// rows redacts the rows of {"columns": ["id", "phone"], "rows": [[1, "138…"]]}
// by the names of their columns.
func (f *File) rows(n *node, at around) {
	for _, head := range []string{"columns", "fields", "headers", "header", "cols", "keys", "columnNames", "column_names", "fieldNames", "names", "labels", "titles", "head", "k"} {
		heads := n.get(head)
		if heads == nil || heads.kind != '[' || len(heads.items) == 0 {
			continue
		}
		for _, body := range []string{"rows", "values", "data", "records", "items", "results", "row", "list", "v"} {
			if rows := n.get(body); rows != nil && rows.kind == '[' {
				if len(rows.items) == len(heads.items) && rows.items[0].kind != '[' { // one row
					f.headed([]*node{{kind: '[', items: rows.items}}, heads.items, at)
					continue
				}
				f.headed(rows.items, heads.items, at)
			}
		}
	}
}

// headed redacts lists by the names of their columns: by heads, or, when that
// is nil, by the first of the lists when it holds the names.
func (f *File) headed(rows, heads []*node, at around) {
	if heads == nil {
		if len(rows) < 2 || rows[0].kind != '[' || len(rows[0].items) < 2 || rows[1].kind != '[' || len(rows[1].items) != len(rows[0].items) {
			return
		}
		heads, rows = rows[0].items, rows[1:]
		if len(heads) == 2 && rows[0].items[0].kind != '0' { // a list of pairs
			return
		}
		for _, h := range heads {
			if h.kind != '"' || strings.ContainsAny(h.text, "<#@:/\n") || digitsIn(h.text) > 2 {
				return
			}
		}
	}
	names := make([]string, len(heads))
	found := false
	for i, h := range heads {
		if h.kind == '{' {
			names[i] = h.str("name")
		} else if h.kind == '"' {
			names[i] = h.text
		} else {
			return
		}
		if cl := f.classify(names[i]); sensitive(cl) || cl == thing || cl == maybe {
			found = true
		} else {
			names[i] = ""
		}
	}
	if !found {
		return
	}
	for _, row := range rows {
		if row.kind != '[' || len(row.items) != len(names) {
			continue
		}
		for i, cell := range row.items {
			if names[i] == "" {
				continue
			}
			switch cell.kind {
			case '"':
				f.str(cell, around{key: names[i], depth: at.depth + 2, layers: at.layers})
			case '0':
				f.number(cell, around{key: names[i], depth: at.depth + 2, layers: at.layers})
			}
		}
	}
}
