package evidence

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"strings"

	"meiqia-diag/diag/evidence/charset"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lang"
)

// readPage reads what meiqia-diag record saw in the page.
func (s *Set) readPage(ctx context.Context, f *File) {
	r, err := f.Open()
	if err != nil {
		s.problem(f.Path, lang.T("打不开：%s", "cannot open: %s").F(lang.Reason(err)), lang.T("其余文件照常使用", "the other files are used all the same"))
		return
	}
	defer r.Close()
	rec, problems, err := recording.Read(Until(ctx, r), f.Path)
	f.Encoding = charset.UTF8
	s.Problems = append(s.Problems, problems...)
	if err != nil {
		s.problem(f.Path, lang.T("读取中断：%s", "reading broke off: %s").F(lang.Reason(err)), lang.T("已读出的照常使用", "what was read is used"))
	}
	s.Pages = append(s.Pages, PageFile{File: f, Recording: rec})
}

// Beside is the note of a file that belongs to a recording which was made only
// to compare another one with: it is kept, and tells nothing of the incident.
const Beside = "beside"

// markBeside finds the recordings that stand beside another one. One that was
// handed in alone is looked at like any other.
func markBeside(files []*File) {
	folders := map[string]bool{}
	others := false
	for _, f := range files {
		if f.Kind != Page {
			continue
		}
		if f.isBeside() {
			folders[folderOf(f.Path)] = true
		} else {
			others = true
		}
	}
	if !others || len(folders) == 0 {
		return
	}
	for _, f := range files {
		if folders[folderOf(f.Path)] {
			f.Note = Beside
		}
	}
}

func folderOf(path string) string { return path[:strings.LastIndexAny(path, `/\!`)+1] }

func (f *File) isBeside() bool {
	r, err := f.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	line, _ := bufio.NewReaderSize(io.LimitReader(r, 64<<10), 64<<10).ReadBytes('\n')
	var m recording.Manifest
	return json.Unmarshal(line, &m) == nil && m.Beside
}
