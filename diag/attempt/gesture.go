package attempt

import (
	"strconv"

	"meiqia-diag/diag/lazy"
	"meiqia-diag/diag/profile"
)

// What a menu of a message offers besides recalling: who picked one of these did not pick the recall.
const otherItem = `(?:copy|quote|forward|reply|translate|multi ?select|favou?rites?|collect|star|pin|remind(?:er)?|download|save as|复制|拷贝|引用|转发|回复|翻译|多选|收藏)`

var (
	// pickedOther is a press, with or without its place, that another item of the menu got: "click target=copy", "touchend LI.menu-item[data-act=quote]".
	pickedOther = lazy.MustCompile(`\b(?:click(?:ed)?|tap(?:ped)?|touch ?(?:end|up)|pointer ?up|mouse ?up|pick(?:ed)?|cho(?:se|sen|ice)|select(?:ed|ion)?|hit|close[ds]?|dismiss(?:ed)?|activated?|fired)\b(?:(?: at| on)?\W{1,3}(?:x\W{1,2})?-?\d+(?:\.\d+)? ?, ?(?:y\W{1,2})?-?\d+(?:\.\d+)?)?[^|,;]{0,40}?(?:[=:"'\[.# ]|\bby\b)["']?` + otherItem + `(?:[^a-z]|$)|(?:点击|点了|点到了?|点成了?|误点|误触|选中|选了|选择).{0,6}(?:复制|拷贝|引用|转发|回复|翻译|多选|收藏)`)
	// menuListed is a menu's items in a row, which tells what is offered and not what was picked.
	menuListed = lazy.MustCompile(`\||` + otherItem + `[^a-z]{1,3}` + otherItem)
	// failedGesture is a gesture that the system did not take for one.
	failedGesture = lazy.MustCompile(`(?:gesture|recogni[sz]er|long ?press|长按|手势).{0,60}(?:state\W{0,3}(?:failed|cancell?ed)|\bfailed\b|\bcancell?ed\b|not (?:recogni[sz]ed|reached|fired)|too short|released early|未触发|未识别|未达到)|(?:tap|click|touch|gesture|press).{0,60}\(?\b(?:no action|no handler|no listener|nothing bound|unhandled|not handled|swallowed)\b`)
	// missedHit is a press that landed beside what it was meant for.
	missedHit = lazy.MustCompile(`\bhit(?: ?test)?\W{1,3}(?:false|no|0|miss\w*)\b|\b(?:hit|landed|target|on)\b\W{0,3}[\w.: #-]{0,24}\b(?:padding|gap|margin|none|null|nil|empty|background|backdrop|divider|separator|nothing)\b|\bno (?:item|action|entry|option) (?:was )?(?:chosen|selected|picked|hit)|without (?:a )?(?:choice|selection|choosing|selecting)|touch ?slop (?:exceeded|passed)|(?:nearest|closest)\W{1,3}.{0,24}(?:gap|distance|off by|dist)\W{0,3}\d|未选择任何|没有选中`)
	heldFor   = lazy.MustCompile(`(?:held|pressed for|hold|duration|press time)\W{1,3}(\d+(?:\.\d+)?) ?(ms|s)?\b.{0,60}?(?:min\w*(?: press)?(?: duration)?|threshold|required|needs?|timeout)\W{1,3}(\d+(?:\.\d+)?) ?(ms|s)?\b`)
)

// missedGesture gives the words by which a page's or client's log says that a
// press did not do what it was meant to, "" when there are none.
func missedGesture(text string, prof *profile.Profile) string {
	text = head(text, 2048)
	low := profile.Words(text)
	said := func(loc []int) string { return profile.AsWritten(text, loc[0], loc[1]) }
	if at := pickedOther.FindStringIndex(low); at != nil && !menuListed.MatchString(low[at[0]:at[1]]) {
		return said(at)
	}
	if at := failedGesture.FindStringIndex(low); at != nil {
		return said(at)
	}
	if m := heldFor.FindStringSubmatch(low); m != nil && millis(m[1], m[2]) < millis(m[3], firstText(m[4], m[2])) {
		return said(heldFor.FindStringIndex(low))
	}
	if at := missedHit.FindStringIndex(low); at != nil && (uiLine.MatchString(text) || prof.RecallVerb(low) != "" && menuWord.MatchString(low)) {
		return said(at)
	}
	return ""
}

var menuWord = lazy.MustCompile(`\b(?:menu|popover|popup|sheet|context|ctx|toolbar|action ?sheet)\b|菜单|弹层`)

func millis(n, unit string) float64 {
	f, _ := strconv.ParseFloat(n, 64)
	if unit != "ms" && f < 20 { // seconds, whether it says so or not
		return f * 1000
	}
	return f
}
