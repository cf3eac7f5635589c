package netlog

import "meiqia-diag/diag/lang"

// What can be wrong with a NetLog. None quotes the file: a quotation may hold an address with a token.
var (
	problemNotNetLog = problemText{
		lang.T("这不是可读的 NetLog 文件", "this is not a NetLog that can be read"),
		lang.T(`NetLog 以 {"constants": 开头；请打开 chrome://net-export，点“开始记录”，重现一次，再停止并交出保存的文件`,
			`a NetLog begins with {"constants":; open chrome://net-export, start logging, do it once more, stop, and hand in the file it saved`),
	}
	problemConstants = problemText{
		lang.T("文件缺少解释事件编号的 constants，事件读不了", "the constants that explain the events' numbers are missing: the events cannot be read"),
		lang.T("请交出未经裁剪的原文件", "hand in the file as it was saved, with nothing cut out"),
	}
	problemCutOff = problemText{
		lang.T("文件不完整，在此处中断；已读取前面的 %d 个事件", "the file is cut off here; the %d events before were read"),
		lang.T("请先在 chrome://net-export 停止记录，再关浏览器；若已包含撤回那一刻，可以不管", "stop logging in chrome://net-export before the browser is closed; no matter where the recall is in it already"),
	}
	problemDamaged = problemText{
		lang.T("从此处起不是合法的 JSON；已读取前面的 %d 个事件", "from here on it is not valid JSON; the %d events before were read"),
		lang.T("文件可能被编辑或损坏；请重新导出", "the file may have been edited or damaged: export it again"),
	}
	problemTooBig = problemText{
		lang.T("此处的一个事件过大，无法读取；已读取前面的 %d 个事件", "an event here is too big to be read; the %d events before were read"),
		lang.T("请重新导出", "export it again"),
	}
	problemCrowded = problemText{
		lang.T("请求太多，只留下了 %d 个", "there are too many requests: %d were kept"),
		lang.T("请记录更短的时间", "log a shorter time"),
	}
	problemNoTime = problemText{
		lang.T("文件没有写明时间的起点，不知道事件发生在几点", "the file does not say from when its times count: nobody knows when the events were"),
		lang.T("请交出未经裁剪的原文件", "hand in the file as it was saved, with nothing cut out"),
	}
)

type problemText struct{ what, hint lang.Text }

func (t problemText) at(file string, offset int64, args ...any) *lang.Problem {
	p := &lang.Problem{File: file, Byte: offset, What: t.what, Hint: t.hint}
	if len(args) > 0 {
		p.What = p.What.F(args...)
	}
	return p
}
