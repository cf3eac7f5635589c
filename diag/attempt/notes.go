package attempt

import (
	"strings"

	"meiqia-diag/diag/clock"
	"meiqia-diag/diag/evidence"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/lazy"
)

// Note is what a person said of the failure, in a chat that was handed in as text.
type Note struct {
	Text   string
	At     clock.Stamp
	Source string
}

// chatHeader opens an utterance of a chat that was copied as text: a name and a
// time on a line of their own ("陈伟 2026/10/12 18:02", "吴晓燕  11-05 09:33:55").
var chatHeader = lazy.MustCompile(`^\s*[^\s:：{}\[\]="/\\]{1,24}(?: [^\s:：{}\[\]="/\\]{1,16}){0,2}[:：]?\s+(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/]\d{1,2})?\s*(?:上午|下午|晚上|AM|PM)?\s*\d{1,2}:\d\d(?::\d\d)?\s*$`)

// takeNotes splits off the logs what people wrote - chats, descriptions, release
// notes: it is stated, and is no line that a program wrote. left are the other files.
func (a *Attempt) takeNotes() (left []evidence.LogFile) {
	for _, lf := range a.Evidence.Logs {
		said := spoken(lf)
		if len(said) == 0 {
			said = prose(lf)
		}
		rs, notes := releases(lf)
		if len(said) == 0 && !notes {
			left = append(left, lf)
		}
		a.Notes = append(a.Notes, said...)
		if notes {
			a.Releases = append(a.Releases, rs...)
		}
	}
	return left
}

var (
	// written is what a program writes and a person does not: places in scripts, assignments, tags, markup, addresses.
	written = lazy.MustCompile(`^\s*[\[{<$#>|(]|\.m?js:\d|\w=\S|\t|://|[{}\\]|;(?:\S|$)|\d{1,2}:\d\d:\d\d|^\s*\S+ \S+ \d+ |^\s*[\w ()\p{Han}-]{1,24}[:：]\s+\S|\b\d+(?:\.\d+)? ?(?:ms|毫秒)\b|\x60|--|^\s*-`)
	// Enough words that a line is a sentence.
	englishWords = lazy.MustCompile(`(?:\b[A-Za-z']+[ ,.;]+){3}`)
	chineseWords = lazy.MustCompile(`\p{Han}.*\p{Han}.*\p{Han}.*\p{Han}`)
)

const longestProse = 40 // lines

// prose gives the lines of a description that a person wrote, nil for any other text.
func prose(lf evidence.LogFile) (notes []Note) {
	if lf.File.Kind != evidence.TextLog || len(lf.Entries) > longestProse || lf.Dropped > 0 {
		return nil
	}
	for _, e := range lf.Entries {
		if !e.At.IsZero() || e.TimeOfDay != "" || e.Level != logs.LevelNone && e.Level != "" {
			return nil
		}
		for line := range strings.Lines(head(e.Text, 4096)) {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			if _, clock := clockReading(line); clock || written.MatchString(line) || !englishWords.MatchString(line) && !chineseWords.MatchString(line) {
				return nil
			}
			notes = append(notes, Note{Text: head(line, 2048), Source: lf.File.Name})
		}
	}
	return notes
}

// guesses are words by which people say that they suppose something, or that it
// was tried in vain: neither tells what was the case.
var guesses = lazy.MustCompile(`(?i)怀疑|感觉|觉得|好像|可能|也许|大概|应该是|估计|猜|是不是|会不会|不确定|不知道|据说|听说|同事说|没有?用|不管用|还是(?:一样|不行|没)|也不行|没(?:有)?效果|\b(?:maybe|perhaps|probably|possibly|might|could be|suspect\w*|guess\w*|not sure|i think|seems?|no effect|did(?:n'?t| not) help|still (?:fails?|the same|broken))\b`)

// vouched gives what a person says to have seen or done, without questions and guesses.
func vouched(text string) string {
	var out []string
	for _, s := range sentences.FindAllString(text, 64) {
		if !asks.MatchString(s) && !guesses.MatchString(s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "")
}

// spoken gives the utterances of a text that is a chat, nothing for any other:
// most of its entries open with a name and a time, and go on in the next line.
func spoken(lf evidence.LogFile) []Note {
	if lf.File.Kind != evidence.TextLog || len(lf.Entries) == 0 {
		return nil
	}
	var notes []Note
	for _, e := range lf.Entries {
		first, rest, _ := strings.Cut(strings.TrimSpace(e.Text), "\n")
		if e.Level != logs.LevelNone || !chatHeader.MatchString(strings.TrimRight(first, "\r")) {
			continue
		}
		if rest = strings.TrimSpace(rest); rest != "" {
			notes = append(notes, Note{Text: head(rest, 2048), At: e.At, Source: lf.File.Name})
		}
	}
	if 2*len(notes) <= len(lf.Entries) {
		return nil
	}
	return notes
}

// What people say they saw, in the words of the incident's symptoms. The first that fits counts.
var seen = []struct {
	symptom string
	re      *lazy.Regexp
}{
	{"still_visible", lazy.MustCompile(`(?i)(?:我这边|自己这?边|客户那?边?|访客那?边?|对方那?边?|手机上?|电脑上?|那边|列表里?|还|仍|依然).{0,8}(?:还在|还有|还能|仍能|还看得?到|看得到|还显示|没消失|没撤掉|没有消失)|still (?:there|visible|sees?|shows?|displayed)|did(?:n'?t| not) disappear`)},
	{"no_button", lazy.MustCompile(`(?i)(?:没有?|找不到|看不到|看不见|不见|没显示|不显示).{0,8}(?:撤回(?:的|这个?)?(?:按钮|按键|选项|菜单|功能|键|项|字样|两个字|入口)|撤回[”"」』]?\s*(?:$|[，。！!；;,.])|按钮|选项|菜单)|(?:撤回)(?:按钮|选项|菜单)?.{0,6}(?:没有了|不见了|没了|看不到|找不到|不显示|消失)|no (?:recall|withdraw|unsend|undo).{0,10}(?:button|option|menu)`)},
	{"timed_out", lazy.MustCompile(`(?i)转圈|一直(?:在)?(?:转|加载|等)|半天没(?:反应|结果)|超时|spinning|timed? ?out|loading forever`)},
	{"refused", lazy.MustCompile(`(?i)(?:弹|提示|报错|报了?|显示|写着|说).{0,12}(?:撤回失败|操作失败|失败|不能|无法|不支持|不可|已|超过|没有权限|请|错误)|error (?:message|says|popped)|it (?:says|said)`)},
	{"no_reaction", lazy.MustCompile(`(?i)没(?:有)?反应|无反应|点不(?:动|了)|按不(?:动|了)|毫无反应|nothing happen|no (?:reaction|response)|does nothing`)},
}

var (
	sentences = lazy.MustCompile(`[^。！!；;，,\n]+[。！!；;，,\n]?`)
	asks      = lazy.MustCompile(`[吗么呢][?？]?\s*$|[?？]|是不是|能不能|有没有|是否|会不会|看一下`)
)

// SeenBy gives the symptom that the people's words tell of, "" when they tell of none.
func SeenBy(notes []Note) (symptom, source string) {
	for _, s := range seen {
		for _, n := range notes {
			for _, sentence := range sentences.FindAllString(n.Text, 64) {
				if s.re.MatchString(sentence) && !asks.MatchString(sentence) {
					return s.symptom, n.Source
				}
			}
		}
	}
	return "", ""
}

// aboutRecall are words by which a person says that what follows is what the recall showed.
var aboutRecall = lazy.MustCompile(`(?i)撤[回销]|提示|弹|报错|显示|错误|失败|recall|withdraw|revoke|unsend|error|popup|message says`)

// readNotes takes from the chats what they tell: reasons that somebody read off
// the screen, and what was tried and with what success.
func (a *Attempt) readNotes() {
	for _, n := range a.Notes {
		add := func(means, words string) {
			a.Signals = append(a.Signals, Signal{Means: means, Text: head(n.Text, 400), Words: words, At: n.At, Source: n.Source, Kind: evidence.TextLog, Strong: true, Said: true})
		}
		for _, s := range a.Profile.SignalsIn(vouched(n.Text)) {
			add(s.Means, s.Text)
		}
		if !aboutRecall.MatchString(n.Text) {
			continue
		}
		for _, r := range a.Profile.RefusalsIn(n.Text, "") {
			add("says:"+r.Means, r.Text)
		}
	}
}
