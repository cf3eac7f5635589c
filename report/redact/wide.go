package redact

import "strings"

// wide asks the rules for what a Chinese or full-width letter at s[i] gives away.
func (c *scan) wide(i int) {
	s := c.s
	switch s[i] {
	case 0xEF: // ： ＝ ＠ ﹫ （ ］ and full-width digits
		switch {
		case s[i+1] == 0xB9 && s[i+2] == 0x95, s[i+1] == 0xB8 && s[i+2] == 0xB0: // ﹕ ︰
			c.key(i)
		case s[i+1] == 0xBC && (s[i+2] == 0x88 || s[i+2] == 0xBD):
			if i > 3 && s[i+2] == 0x88 && begins[s[i-1]] == digit {
				c.codeBefore(i)
			}
			c.bracket(i, 3)
		case s[i+1] == 0xBC && (s[i+2] == 0x9A || s[i+2] == 0x9D):
			c.key(i)
		case s[i+1] == 0xBC && s[i+2] == 0xA0, s[i+1] == 0xB9 && s[i+2] == 0xAB:
			c.mail(i)
		case s[i+1] == 0xBC && s[i+2] >= 0x90 && s[i+2] <= 0x99 && i >= c.next[byNumber]:
			c.number(i)
		}
		return
	case 0xE2: // “
		if s[i+1] == 0x80 && s[i+2] == 0x9C {
			c.saidIn(i, 3)
		} else if s[i+1] == 0x88 && s[i+2] == 0xB6 || (s[i+1] == 0x86 || s[i+1] == 0x87) && s[i+2] == 0x92 {
			c.key(i)
		}
	case 0xE3: // 】」「『
		if s[i+1] == 0x80 && (s[i+2] == 0x8C || s[i+2] == 0x8E || s[i+2] == 0x90) {
			c.saidIn(i, 3)
		}
		if s[i+1] == 0x80 && (s[i+2] == 0x91 || s[i+2] == 0x8D) {
			c.key(i)
		}
	case 0xE4: // 为
		if s[i+1] == 0xB8 && s[i+2] == 0xBA {
			if i > 12 && (s[i-3:i] == "改" || s[i-3:i] == "更" || s[i-3:i] == "换") {
				c.changedInto(i)
			}
			c.key(i)
		}
	case 0xE6: // 是
		if s[i+1] == 0x98 && s[i+2] == 0xAF {
			c.key(i)
		}
	case 0xE7: // 的
		if s[i+1] == 0x9A && s[i+2] == 0x84 {
			c.device(i)
		}
	}
	switch s[i : i+3] {
	case "先", "女", "姐", "学", "师":
		c.spot()
	case "客", "户", "服", "席", "方", "家", "员":
		c.speaker(i + 3)
	}
	if strings.Contains(labelEnds, s[i:i+3]) {
		if s[i:i+3] == "号" && i > 0 && (begins[s[i-1]] == digit) {
			c.house(i)
		} else if i+3 < len(s) && (s[i+3] < 0x80 || s[i+3] == 0xE2 || s[i+3] == 0xC2 || strings.HasPrefix(s[i+3:], "＞") || s[i+3] == 0xE3) && s[i+3] != ':' && s[i+3] != '=' {
			c.label(i + 3)
		}
	}
	if r, _ := hanDigit(s, i); r > 0 && i >= c.next[byNumber] {
		c.next[byNumber] = c.hanNumber(i)
	}
	if i+3 < len(s) && s[i+3] >= 'A' && s[i+3] <= 'Z' {
		c.plate(i)
	}
}
