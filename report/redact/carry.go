package redact

import (
	"strings"
)

// carry is what one line of a text tells of those that follow it.
type carry struct {
	what   carried
	cl     class
	indent int              // of the line that began a block
	cols   []class          // of a table, from its first line
	sep    byte             // between the cells of the table
	open   int              // the cell whose quotes are still open, from 1
	begun  bool             // the first line of the text was seen
	prev   string           // the line before, which may head a table
	held   *strings.Builder // lines that are kept back
	markup markup
	shy    bool    // the label may be none: the value must look it
	lines  int     // of a dictionary of cookies, so far
	left   int     // lines of what was said, at most
	inside string  // the name of the element whose content is text
	nested int     // how many of that name are open
	starts []int   // of the columns of a table of fixed width
	binds  []class // what the values of a statement are
	listed bool    // the values stand in a list: only its items are taken
	size   int     // of each line of a list of codes, 0 for none
	upDown bool    // each row of the table is a key and its value
}

type carried int

const (
	nothingCarried carried = iota
	yamlBlock              // content: |
	formHead               // the lines between Content-Disposition and the value of a form's field
	formValue              // the value
	chatText               // what was said, below who said it and when
	cookieEcho             // the answer of a console to document.cookie
	jwtRest                // the rest of a token that a backslash broke
	mimeHead64             // the headers of a part of a mail in base64
	mimeHeadQP             // and in quoted-printable
	mimeBase64             // the part
	mimeQuoted
	hexDump
	cookieLines  // a dictionary of cookies
	foldedSecret // a secret that goes on, on the next line
	saidBelow    // the lines between two markers
	element      // the content of an element of HTML
	textBelow    // the lines of a message, up to an empty one
	bound        // the values of a statement of SQL
	created      // the columns of a table
	secretLines  // lines of a private key without its own marks
	blockOf      // a block that a word before it names
	cookieList   // a list of cookies, each an object on lines of its own
	yamlSecrets  // the values of a Secret of Kubernetes
	refusedField // what is wrong with a field that stands alone
	labelled     // the value in the element or under the name on the line before
)

// carriedLine redacts a line by what lines before it told; ok is false when they told nothing.
func (f *File) carriedLine(line string) (out string, ok bool) {
	body := strings.TrimRight(line, "\r\n")
	end := line[len(body):]
	k := &f.carry
	trimmed := strings.TrimLeft(body, " \t")
	indent := len(body) - len(trimmed)
	switch k.what {
	case mimeHead64, mimeHeadQP:
		if trimmed == "" {
			k.what += mimeBase64 - mimeHead64
		}
		return "", false
	case mimeBase64, mimeQuoted:
		switch {
		case strings.HasPrefix(body, "--"), k.what == mimeBase64 && trimmed == "" && k.held.Len() > 0:
			out := f.release()
			k.what = nothingCarried
			return out + f.line(line), true
		case k.what == mimeBase64 || strings.HasSuffix(body, "="):
			return f.hold(line), true
		}
		return f.hold(line) + f.release(), true
	case hexDump:
		if hexOffset(body) > 0 {
			return f.hold(line), true
		}
		out := f.release()
		k.what = nothingCarried
		return out + f.line(line), true
	case labelled:
		if trimmed == "" {
			return line, true
		}
		k.what = nothingCarried
		return f.behindLabel(body) + end, true
	case refusedField:
		out, ok := f.inputValue(body)
		k.what = nothingCarried
		if ok {
			return out + end, true
		}
	case bound:
		out, ok := f.boundLine(body)
		return out + end, ok
	case created:
		f.createdLine(trimmed)
		return "", false
	case secretLines:
		if k.left--; k.left <= 0 {
			k.what = nothingCarried
		}
		if trimmed != "" && runEnd(trimmed, 0, "+/=") == len(trimmed) {
			p := f.r.pseudonym("secret", trimmed)
			f.hit("secret", p)
			return body[:indent] + p + end, true
		}
	case cookieList:
		if k.left--; k.left > 0 && !strings.HasPrefix(trimmed, "]") {
			return f.inCookie(body) + end, true
		}
	case blockOf:
		if k.left--; k.left > 0 && !strings.HasPrefix(trimmed, "}") {
			return f.inBlock(body) + end, true
		}
	case yamlSecrets:
		if trimmed == "" || indent > k.indent {
			return f.yamlSecret(body) + end, true
		}
	case textBelow:
		if trimmed != "" && !labelLike(trimmed) {
			return body[:indent] + f.length(trimmed) + end, true
		}
	case yamlBlock:
		switch {
		case trimmed == "":
			return line, true
		case indent > k.indent:
			return body[:indent] + f.under(k.cl, trimmed) + end, true
		}
	case formHead:
		if trimmed == "" {
			k.what = formValue
		}
		return "", false
	case formValue:
		if !strings.HasPrefix(body, "--") {
			if trimmed == "" {
				return line, true
			}
			return f.under(k.cl, body) + end, true
		}
	case chatText:
		if trimmed != "" && !chatHead(body) && !ofSystemLine(trimmed) && !strings.HasPrefix(trimmed, "[") && !strings.HasPrefix(trimmed, "【") {
			return body[:indent] + f.length(trimmed) + end, true
		}
	case cookieEcho:
		k.what = nothingCarried
		c := &scan{f: f, s: body}
		from := indent
		for from < len(body) && strings.IndexByte("<> '\"", body[from]) >= 0 {
			from++
		}
		to := len(strings.TrimRight(body, "'\" "))
		if from < to && strings.Contains(body[from:to], "=") {
			c.cookies(from, to)
			return c.replace() + end, true
		}
	case cookieLines:
		if trimmed != "" && strings.IndexByte("})]", trimmed[0]) < 0 && k.lines < 200 {
			k.lines++
			c := &scan{f: f, s: body, depth: 1}
			c.cookieDict(-1)
			return f.line(c.replace()) + end, true
		}
		k.lines = 0
	case foldedSecret:
		k.what = nothingCarried
		if out, ok := f.foldedLine(body, trimmed, indent); ok {
			return out + end, true
		}
	case saidBelow:
		if !strings.HasPrefix(trimmed, "<<<") && !marked(trimmed, "结束", "end", "END", "完") {
			if trimmed == "" {
				return line, true
			}
			k.left--
			if k.left == 0 {
				k.what = nothingCarried
			}
			return body[:indent] + f.length(trimmed) + end, true
		}
	case element:
		return f.insideElement(body) + end, true
	case jwtRest:
		k.what = nothingCarried
		to := indent
		for to < len(body) && (wordByte(body[to]) || strings.IndexByte("._-=\\", body[to]) >= 0) {
			to++
		}
		if strings.HasSuffix(body[:to], "\\") {
			k.what = jwtRest
		}
		if to > indent {
			c := &scan{f: f, s: body, rank: byJWT}
			c.mark(indent, to, "jwt", body[indent:to])
			return f.line(c.replace() + end), true
		}
	}
	k.what = nothingCarried
	if k.sep == '|' && !strings.Contains(body, "|") {
		k.cols, k.sep = nil, 0
	}
	if k.starts != nil && k.cols != nil {
		if trimmed == "" {
			k.cols, k.starts = nil, nil
			return line, true
		}
		return f.fixedRow(body) + end, true
	}
	if k.cols != nil {
		return f.row(body) + end, true
	}
	return "", false
}

// carryOn learns from a line what it tells of the next ones. Most lines are
// told by their last byte to tell nothing.
func (f *File) carryOn(body string) {
	k := &f.carry
	body = strings.TrimRight(body, "\r")
	if !k.begun {
		k.begun = true
		f.tableHead(strings.TrimPrefix(body, "\ufeff"))
	}
	if body == "" || k.what == formHead || k.what >= mimeHead64 && k.what <= hexDump {
		return
	}
	prev := k.prev
	k.prev = body
	if len(body) < 80 && mayHaveHan(body) && marked(strings.TrimSpace(body), "开始", "begin", "BEGIN", "start", "START") && strings.ContainsAny(body, ">-=*#[<") && hasAny(body, "正文", "消息内容", "聊天内容", "聊天记录", "消息体", "内容开始") {
		k.what, k.left = saidBelow, 500
		return
	}
	if n := len(body); n >= 40 && ofBase64[body[n-6]] && ofBase64[body[n-11]] && ofBase64[body[n-16]] && (ofBase64[body[n-1]] || body[n-1] == '=') {
		if f.folds(body) {
			k.what = foldedSecret
			return
		}
	}
	if k.cols != nil && body == `\.` { // the end of what COPY began
		k.cols = nil
		return
	}
	if body[0] == 'C' && strings.HasPrefix(body, "COPY ") && strings.Contains(body, ") FROM stdin") {
		_, names, _ := strings.Cut(body[:strings.Index(body, ") FROM stdin")], "(")
		k.cols = nil
		f.tableHead(strings.ReplaceAll(names, ", ", "\t"))
		return
	}
	if len(body) > 30 && body[0]|0x20 == 'c' && strings.EqualFold(body[:26], "content-transfer-encoding:") {
		k.held = &strings.Builder{}
		switch strings.ToLower(strings.TrimSpace(body[26:])) {
		case "base64":
			k.what = mimeHead64
		case "quoted-printable":
			k.what = mimeHeadQP
		}
		return
	}
	switch last := body[len(body)-1]; last {
	case '|', '>', '-', '+':
		if strings.Trim(body, "-+|= :") == "" && len(body) > 2 {
			if strings.Contains(prev, "|") {
				f.boxHead(prev)
				return
			}
			if strings.Contains(body, "- -") || strings.Contains(body, "-  ") {
				f.fixedHead(prev, body)
				return
			}
		}
		if strings.HasSuffix(body, "]=>") || last == '>' && loneTag(body) != "" {
			f.label(body)
			return
		}
		if oneElement(body) {
			f.label(body)
			return
		}
		key, tag, ok := strings.Cut(body, ":")
		if tag = strings.TrimSpace(tag); ok && tag != "" && (tag[0] == '!' || tag[0] == '&') { // token: !!str >-
			body = key + ": " + tag[strings.LastIndexByte(tag, ' ')+1:]
		}
		if head := strings.TrimRight(body, "|>-+0123456789"); ok && len(head) < len(body) && strings.TrimRight(head, " ") == key+":" {
			key = strings.TrimLeft(key, " -")
			if cl := f.classify(strings.Trim(key, `"'`)); sensitive(cl) {
				*k = carry{what: yamlBlock, cl: cl, indent: len(body) - len(strings.TrimLeft(body, " ")), cols: k.cols, sep: k.sep, begun: true}
			}
		}
	case '[':
		if hasAny(body[max(0, len(body)-60):], "ookies", "ookieJar") && !strings.HasSuffix(strings.TrimRight(body, " ["), `"`) { // cookies.get -> [
			k.what, k.left = cookieList, 20*maxBlock
		}
	case '{':
		f.blockHead(body)
	case '6':
		if strings.HasSuffix(body, "334 UGFzc3dvcmQ6") { // AUTH LOGIN asks for the password
			k.what, k.cl = labelled, pass
		}
	case 'e':
		if strings.HasSuffix(body, "document.cookie") {
			k.what = cookieEcho
		} else if cl := f.loneField(body); cl != none {
			k.what, k.cl = refusedField, cl
		}
	case '\\':
		if i := strings.LastIndexAny(body[:len(body)-1], " =:\"'"); strings.Contains(body[i+1:], "eyJ") {
			k.what = jwtRest
		}
	case ':', 0x9A: // ：
		if t := strings.TrimSpace(body); t == "data:" || t == "stringData:" {
			k.what, k.indent = yamlSecrets, len(body)-len(strings.TrimLeft(body, " "))
			return
		}
		f.label(body)
	case '"':
		if n := digitsRun(strings.TrimLeft(body, " ")); n > 0 && strings.HasPrefix(strings.TrimLeft(body, " ")[n:], ") \"") { // redis-cli
			f.label(body)
		}
		if i := strings.Index(body, "form-data; name=\""); i >= 0 {
			name := body[i+len("form-data; name=\"") : len(body)-1]
			if j := strings.IndexByte(name, '"'); j >= 0 {
				name = name[:j]
			}
			if cl := f.classify(name); sensitive(cl) || cl == logText || cl == maybe {
				k.what, k.cl = formHead, cl
			}
		}
	case ')':
		if chatHead(body) {
			k.what = chatText
		}
	default:
		switch {
		case body[0] == '/' && len(body) < 200 && strings.IndexByte(body, ' ') < 0: // etcdctl get
			if cl := f.classify(body[strings.LastIndexByte(body, '/')+1:]); sensitive(cl) {
				k.what, k.cl = labelled, cl
			}
			return
		case body[0] == 'P' && strings.HasPrefix(body, "Private-Lines: "): // PuTTY
			k.what, k.left = secretLines, maxKeyLines
			return
		}
		if name, ok := namePair(body); ok && len(body) < 200 { // the environment of a container
			if cl := f.classify(strings.Trim(name, " \"'")); sensitive(cl) {
				k.what, k.cl = labelled, cl
			}
			return
		}
		if last >= '0' && last <= '9' && len(body) < 80 && chatHead(body) {
			k.what = chatText
		} else if last >= 0x80 && len(body) <= 36 && !strings.Contains(strings.TrimSpace(body), " ") {
			f.label(body)
			k.shy = k.what == labelled
		} else if cl := f.loneField(body); cl != none {
			k.what, k.cl = refusedField, cl
		}
	}
}
