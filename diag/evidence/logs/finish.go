package logs

import (
	"meiqia-diag/diag/lang"
)

// finish fills in what is known only after the last line.
func (rd *reader) finish() (Info, []*lang.Problem) {
	i := &rd.info
	i.Undated = rd.undated
	i.Folded = rd.folded
	i.Layout = rd.layout()
	if i.Stamped > 0 {
		switch {
		case rd.assumed > 0:
			i.Zone.Basis = "assumed"
		case rd.inferred > 0:
			i.Zone.Basis = "inferred"
		default:
			i.Zone.Basis = "written"
		}
		switch {
		case rd.zones:
			i.Zone.Name = "mixed"
		case rd.assumed+rd.inferred > 0:
			i.Zone.Name = rd.res.loc.String()
			if i.Zone.Name == "Local" { // says nothing on another machine
				i.Zone.Name = zoneName(zoneText(int(rd.res.offset(i.First.Unix()))))
			}
		default:
			i.Zone.Name = zoneName(rd.zone)
		}
	}
	return *i, rd.problems()
}

// layout names the layout that nine entries in ten have.
func (rd *reader) layout() string {
	total, best := 0, shapeNone
	for s, n := range rd.shapes {
		if s == shapeNone {
			continue // rare lines without a stamp are no layout of their own
		}
		total += n
		if best == shapeNone || n > rd.shapes[best] {
			best = s
		}
	}
	if rd.info.Kind == KindConsole && (rd.out.loose || best == shapeNone || best == shapeTime || best == shapeISO) {
		switch b := rd.browsers; {
		case b[safari] > b[chrome] && b[safari] >= b[firefox]:
			return LayoutConsoleSafari
		case b[firefox] > b[chrome]:
			return LayoutConsoleFirefox
		case b[chrome] > 0:
			return LayoutConsoleChrome
		}
	}
	switch {
	case total == 0 || rd.shapes[best] == 0:
		return LayoutNone
	case rd.shapes[best]*10 >= total*9:
		return shapeNames[best]
	}
	return LayoutMixed
}

func (rd *reader) problems() []*lang.Problem {
	var out []*lang.Problem
	add := func(line int, what, hint lang.Text) {
		out = append(out, &lang.Problem{File: rd.opt.Name, Line: line, Byte: -1, What: what, Hint: hint})
	}
	i := &rd.info
	switch i.Encoding {
	case "utf-16":
		add(0, lang.T("文件像是 UTF-16 编码，无法按行读取", "the file seems to be UTF-16, which cannot be read line by line"),
			lang.T("请先转换为 UTF-8", "convert it to UTF-8 first"))
	case "unknown":
		add(0, lang.T("文件不是有效的 UTF-8，部分文字可能无法辨认", "the file is not valid UTF-8, some text may be unreadable"),
			lang.T("请先转换为 UTF-8", "convert it to UTF-8 first"))
	}
	if rd.undated > 0 {
		add(0, lang.T("%d 条记录只有时刻没有日期，无法确定发生在哪一天", "%d entries have a time but no date, so their day is unknown").F(rd.undated),
			lang.T("请说明日志是哪一天的", "state the day of the log"))
	}
	if rd.noYear > 0 {
		add(0, lang.T("%d 条记录的时间没有年份，也无从推断", "%d entries have no year, and nothing tells it").F(rd.noYear),
			lang.T("请保留文件的修改时间", "keep the file's modification time"))
	}
	if rd.assumed > 0 {
		add(0, lang.T("%d 条记录的时间没有写时区，按 %s 处理", "%d entries name no time zone and were read as %s").F(rd.assumed, i.zoneLabel()),
			lang.T("若不对，请说明日志的时区", "state the log's zone if that is wrong"))
	}
	if rd.folded > 0 {
		add(0, lang.T("%d 条记录的时间落在时钟回拨的一小时内，有两种可能", "%d entries fall in the hour that the clock ran through twice").F(rd.folded), lang.Text{})
	}
	if rd.cuts > 0 {
		add(rd.cutLine, lang.T("%d 条记录过长，只保留了开头", "%d entries were too long and were cut").F(rd.cuts), lang.Text{})
	}
	return out
}

func (i *Info) zoneLabel() string {
	if i.Zone.Name == "mixed" || i.Zone.Name == "" {
		return zoneName(zoneText(int(i.Zone.Offset.Seconds())))
	}
	return i.Zone.Name
}
