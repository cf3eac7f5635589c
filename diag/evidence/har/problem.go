package har

import "meiqia-diag/diag/lang"

// What can be wrong with a HAR. None quotes the file: a quotation may hold a
// message or a token.
var (
	problemNotHAR = problemText{
		lang.T("这不是 HAR 文件", "this is not a HAR file"),
		lang.T(`HAR 是以 {"log": 开头的 JSON；请在浏览器开发者工具的“网络”面板中导出“全部保存为 HAR”`,
			`a HAR is JSON that begins with {"log":; export it in the browser's developer tools, network panel, "save all as HAR"`),
	}
	problemUTF16 = problemText{
		lang.T("文件是 UTF-16 编码，HAR 必须是 UTF-8", "the file is UTF-16, a HAR has to be UTF-8"),
		lang.T("请直接使用浏览器导出的文件，或用文本编辑器另存为 UTF-8", "use the file as the browser saved it, or save it again as UTF-8"),
	}
	problemNoList = problemText{
		lang.T("这里应是请求列表", "this should be the list of requests"),
		lang.T("文件中没有可读的请求，请重新导出", "no request can be read from the file: export it again"),
	}
	problemCutOff = problemText{
		lang.T("文件不完整，在此处中断；已读取前面完整的 %d 条请求", "the file is cut off here; the %d complete requests before were read"),
		lang.T("可能未保存完或传输中断；若缺少所需的请求，请重新导出", "saving or sending may have been interrupted: export it again if the request in question is missing"),
	}
	problemDamaged = problemText{
		lang.T("从此处起不是合法的 JSON；已读取前面完整的 %d 条请求", "from here on it is not valid JSON; the %d complete requests before were read"),
		lang.T("文件可能被编辑或损坏；若缺少所需的请求，请重新导出", "the file may have been edited or damaged: export it again if the request in question is missing"),
	}
	problemTooBig = problemText{
		lang.T("此处的一个值过大，无法读取；已读取前面完整的 %d 条请求", "a value here is too big to be read; the %d complete requests before were read"),
		lang.T("请用浏览器重新导出", "export the file again with a browser"),
	}
	problemTooDeep = problemText{
		lang.T("此处附近的嵌套超过 %d 层；过深的部分未读取", "nesting near here is deeper than %d levels; what lies deeper was not read"),
		lang.T("浏览器不会这样写；请确认文件的来源", "browsers do not write that: check where the file comes from"),
	}
	problemEnough = problemText{
		lang.T("只读取了前 %d 条请求，其后的未读取", "only the first %d requests were read"),
		lang.T("请提高上限，或导出更短的时间段", "raise the limit, or export a shorter time"),
	}
)

type problemText struct{ what, hint lang.Text }

// at makes the problem at a file offset.
func (t problemText) at(file string, offset int64, field string, args ...any) *lang.Problem {
	p := &lang.Problem{File: file, Byte: offset, Field: field, What: t.what, Hint: t.hint}
	if len(args) > 0 {
		p.What = p.What.F(args...)
	}
	return p
}
