package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"meiqia-diag/diag/lang"
	"meiqia-diag/report/archive"
)

// unpack takes an archive apart for the person: into a folder, or its page into
// the browser. What fails validation is not opened: somebody else may have written it.
func (a *app) unpack(ctx context.Context, o *archive.Opened, file, dir string, browse, force bool) error {
	if !o.Archive() {
		return &lang.Problem{File: file, What: lang.T("不是报告压缩包", "not a report archive"), Hint: lang.T("report.json 可用 --format html 存成网页", "--format html makes a page of a report.json")}
	}
	if ps := verified(o); len(ps) > 0 {
		if browse || !force {
			return append(ps, &lang.Problem{File: file, What: lang.T("没有打开：报告没有通过检验", "not opened: the report does not pass validation")})
		}
		a.note(lang.T("报告没有通过检验，里面的文件可能是别人改过的", "the report does not pass validation: its files may be somebody else's"))
	}
	if dir != "" {
		if err := o.Extract(dir); err != nil {
			return err
		}
		a.say(lang.T("已解到 %s", "unpacked into %s").F(dir))
	}
	if !browse {
		return nil
	}
	page, err := o.File("report.html")
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", programName+"-page-*") // 0700; the browser reads it after we are gone
	if err != nil {
		return &lang.Problem{File: os.TempDir(), What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请腾出空间", "make room")}
	}
	path := filepath.Join(temp, "report.html")
	if err := os.WriteFile(path, page, 0o600); err != nil {
		_ = os.RemoveAll(temp)
		return &lang.Problem{File: path, What: lang.T("写不了：%s", "cannot write: %s").F(lang.Reason(err)), Hint: lang.T("请腾出空间", "make room")}
	}
	a.say(lang.T("网页在 %s，看完可以删掉", "the page is in %s; delete it when you are done").F(path))
	if err := openInBrowser(ctx, path); err != nil {
		return &lang.Problem{File: path, What: lang.T("没能打开浏览器", "the browser could not be opened"), Hint: lang.T("请自己用浏览器打开这个文件", "open this file in a browser yourself")}
	}
	return nil
}

// openInBrowser hands a file to the system's default program for pages.
func openInBrowser(ctx context.Context, path string) error {
	name, args := browserCommand(path)
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	return exec.CommandContext(ctx, name, args...).Run()
}
