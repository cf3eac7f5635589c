package redact

import "strings"

// street tells whether a text reads like an address in English: a number, and
// two words of streets and houses.
func street(v string) bool {
	if !hasDigit(v) || len(v) < 12 || !strings.ContainsAny(v, " ,") {
		return false
	}
	n := 0
	for w := range strings.FieldsFuncSeq(strings.ToLower(v), func(r rune) bool { return r == ' ' || r == ',' || r == '.' || r == '#' }) {
		switch w {
		case "room", "rm", "building", "bldg", "block", "unit", "floor", "apt", "apartment", "suite", "flat", "tower", "rd", "road", "st", "street", "ave", "avenue", "lane", "ln", "blvd", "boulevard", "drive", "dr", "court", "alley", "district", "village", "town", "province", "city", "county":
			n++
		}
	}
	return n > 0
}
