package evidence

import (
	"context"

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
