package redact

import "strings"

// changedFrom reads the old and the new value of a field that a sentence tells
// of: phone changed from X to Y. The words of the change stand at s[i:end].
func (c *scan) changedFrom(i, end int) {
	s := c.s
	at := len(strings.TrimRight(s[:i], " "))
	for _, aux := range [...]string{" been", " has", " was"} {
		at = len(strings.TrimSuffix(s[:at], aux))
	}
	if at == i || at == 0 || end >= len(s) || s[end] != ' ' {
		return
	}
	start, key := keyLeft(s, at)
	cl := c.f.classify(key)
	if two := none; start > 4 && s[start-1] == ' ' {
		if two = c.twoWords(start, key); two != none {
			cl = two
		}
	}
	if isText(cl) || !sensitive(cl) && cl != thing && cl != maybe || i < c.next[byKey] {
		return
	}
	c.rank = byKey
	from := end + 1
	to := strings.Index(s[from:min(len(s), from+farSaid)], " to ")
	if to < 0 {
		return
	}
	c.oneSaid(cl, from, from+to)
	from += to + len(" to ")
	c.next[byKey] = max(c.next[byKey], c.oneSaid(cl, from, min(len(s), from+farSaid)))
}

// farSaid bounds how far a sentence is read for the value that it tells.
const farSaid = 256

// changedInto is changedFrom for 手机号由X改为Y, whose 为 stands at s[i].
func (c *scan) changedInto(i int) {
	s := c.s
	old := i - 3 // behind the old value
	for _, verb := range [...]string{"改", "变", "换", "修", "更", "已"} {
		old = len(strings.TrimSuffix(s[:old], verb))
	}
	k := max(strings.LastIndex(s[max(0, old-64):old], "由"), strings.LastIndex(s[max(0, old-64):old], "从"))
	if k += max(0, old-64); k < 6 || old <= k+3 {
		return
	}
	head := s[max(0, k-60):k]
	for head != "" && head[0]&0xC0 == 0x80 { // of a letter that was cut
		head = head[1:]
	}
	_, key := keyLeft(head, len(head))
	switch cl := c.f.classify(key); cl {
	case phone, idCard, card, qq, wx, pass, secret, name, plateNo, place:
		c.rank = byKey
		c.oneSaid(cl, k+3, old)
		c.next[byKey] = max(c.next[byKey], c.oneSaid(cl, i+3, min(len(s), i+farSaid)))
	}
}

// oneSaid decides on a value of a sentence within s[from:to], quoted or a word.
func (c *scan) oneSaid(cl class, from, to int) int {
	s := c.s
	for from < to && s[from] == ' ' {
		from++
	}
	if from == to {
		return 0
	}
	if q := s[from]; q == '"' || q == '\'' || q == '`' {
		return c.judge(cl, from+1, min(to, quoteEnd(s, from+1, q, 0)), true, false, false)
	}
	to = bareEnd(s[:to], from, cl, false)
	if cl != place && cl != phone && cl != card && cl != idCard {
		to = from + anyOrEnd(s[from:to], " ")
	}
	return c.judge(cl, from, to, false, true, true)
}

// besidePlace takes the name of a person that stands beside an address s[from:to]
// and a phone, as people write where something is to be sent: 王小明 138… 浙江省….
func (c *scan) besidePlace(from, to int) {
	s := c.s[:min(len(c.s), to+maxBeside)]
	first := max(0, from-maxBeside)
	for _, way := range [...]int{-1, 1} {
		at := from
		if way > 0 {
			at = to
		}
		for range 2 { // the next word, or the one behind a number
			lo, hi := at, at
			if way < 0 {
				hi = first + len(strings.TrimRight(s[first:at], betweenFields))
				lo = first + strings.LastIndexAny(s[first:hi], betweenFields+":：（）()") + 1
				for lo < hi && s[lo]&0xC0 == 0x80 { // of a sign that has several bytes
					lo++
				}
			} else {
				lo = len(s) - len(strings.TrimLeft(s[at:], betweenFields))
				hi = lo + anyOrEnd(s[lo:], betweenFields+"（）()")
			}
			if lo >= hi || hi == at || lo == at {
				break
			}
			if v := s[lo:hi]; looksName(v) {
				c.nameSpan(lo, hi, v, true)
				return
			} else if digitsIn(v) < 7 {
				break
			}
			if at = lo; way > 0 {
				at = hi
			}
		}
	}
}

// maxBeside bounds how far away from an address a name is looked for.
const maxBeside = 80

const betweenFields = " \t,，、;；|/"
