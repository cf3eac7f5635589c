package evidence

import (
	"path/filepath"
	"strings"

	"meiqia-diag/diag/lang"
)

// fewFiles is how many files are named besides the first where one problem is told for all.
const fewFiles = 3

// fold makes one problem of those that many files share: thousands of equal
// lines would hide what else is wrong. HARs and path probes keep theirs, since
// it depends on them whether there is anything to go on.
func (s *Set) fold() {
	files := map[string]*File{}
	for _, f := range s.Files {
		files[f.Path] = f
	}
	kind := func(p *lang.Problem) string {
		if f := files[p.File]; p.File == "" || f != nil && (f.Kind == HAR || f.Kind == Path) {
			return ""
		}
		// Texts may open with a count, which differs from file to file.
		return strings.TrimLeft(p.What.EN, "0123456789") + "\n" + p.Hint.EN
	}
	shared := map[string][]string{} // the files of one problem, in their order
	for _, p := range s.Problems {
		k := kind(p)
		if list := shared[k]; k != "" && (len(list) == 0 || list[len(list)-1] != p.File) {
			shared[k] = append(list, p.File)
		}
	}
	var out []*lang.Problem
	told := map[string]bool{}
	for _, p := range s.Problems {
		k := kind(p)
		if list := shared[k]; len(list) > 1+fewFiles {
			if told[k] {
				continue
			}
			told[k] = true
			var names []string
			for _, path := range list[1 : 1+fewFiles] {
				if f := files[path]; f != nil {
					names = append(names, f.Name)
				} else {
					names = append(names, filepath.Base(path))
				}
			}
			more := lang.T(strings.Join(names, "、")+"……", strings.Join(names, ", ")+", …")
			one := *p
			one.What = lang.T("%s；另有 %d 个文件也是这样：%s", "%s; the same in %d more files: %s").F(p.What, len(list)-1, more)
			p = &one
		}
		out = append(out, p)
	}
	s.Problems = out
}
