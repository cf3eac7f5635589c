package attempt

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// shortID is how many digits an id may have to stand by chance where a log
// counts, measures or names something else.
const shortID = 7

// Mentions reports whether a text names a message by its id, as a whole word. A
// short number that is said to be something else, as in "conversation=8842" or
// "took 8842 ms", names none.
func Mentions(text, id string) bool { return mentions(text, id) }

func mentions(text, id string) bool {
	short := len(id) <= shortID && strings.Trim(id, "0123456789") == ""
	for from := 0; ; {
		i := indexWord(text, id, from)
		if i < 0 {
			return false
		}
		if !short || !otherwise(text[:i], text[i+len(id):]) {
			return true
		}
		from = i + len(id)
	}
}

// holdsWord reports whether a text holds a name as a whole word.
func holdsWord(text, name string) bool { return indexWord(text, name, 0) >= 0 }

func indexWord(text, word string, from int) int {
	if word == "" {
		return -1
	}
	for {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		j := i + len(word)
		if (i == 0 || !wordByte(text[i-1])) && (j == len(text) || !wordByte(text[j])) {
			return i
		}
		from = j
	}
}

func wordByte(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// otherwise reports whether a number between these two texts is named for
// something that is no message, or has a unit.
func otherwise(before, behind string) bool {
	if units()[firstWord(behind)] {
		return true
	}
	if n := len(before); n > 1 && before[n-1] == '.' && isDigit(before[n-2]) || len(behind) > 1 && behind[0] == '.' && isDigit(behind[1]) {
		return true // a part of a fraction, a version or an address
	}
	if host, ok := strings.CutSuffix(before, ":"); ok && strings.HasSuffix(strings.TrimRight(host, "0123456789"), ".") && host[len(host)-1] != '.' {
		return true // a port
	}
	for range 3 {
		word := ""
		if word, before = lastWord(before); word == "" {
			return false
		}
		switch word = strings.TrimSuffix(strings.ToLower(word), "s"); word {
		case "id", "no", "number", "key", "\u7f16\u53f7", "\u53f7": // of what, stands before it
		default:
			return things()[word]
		}
	}
	return false
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// set holds words, as set("a b") does a and b, from when it is first asked for.
func set(words string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		out := map[string]bool{}
		for w := range strings.FieldsSeq(words) {
			out[w] = true
		}
		return out
	})
}

var (
	// things are what a log names by numbers besides messages, in the singular.
	things = set("conversation conv session sess chat track room dialog dialogue thread user visitor client customer agent staff member operator" +
		" ent enterprise company tenant org team group node host port pid tid worker shard partition offset ttl took take cost duration latency elapsed" +
		" delay wait rtt ms sec second byte size len length count total status code errno line order ticket retry attempt version build age uptime" +
		" uid localhost conn connection socket stream queue depth memory heap goroutine cpu" +
		" \u4f1a\u8bdd \u5bf9\u8bdd \u8bbf\u5ba2 \u5ba2\u670d \u5750\u5e2d \u7528\u6237 \u4f01\u4e1a \u8017\u65f6 \u7528\u65f6 \u7aef\u53e3 \u5b57\u8282 \u5927\u5c0f \u8ba2\u5355 \u5de5\u5355 \u8fdb\u7a0b \u7ebf\u7a0b \u72b6\u6001 \u72b6\u6001\u7801 \u957f\u5ea6 \u5171 \u7b2c")
	units = set("ms us ns s sec secs second seconds min mins b kb mb kib mib byte bytes times rows \u6beb\u79d2 \u5fae\u79d2 \u79d2 \u5206\u949f \u5b57\u8282 \u6b21 \u884c")
)

// firstWord is the word in letters that a text begins with, in lower case, a blank before it or none.
func firstWord(text string) string {
	text = strings.TrimPrefix(text, " ")
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		end = len(text)
	}
	return strings.ToLower(text[:min(end, 16)])
}

// lastWord is the word in letters that a text ends with, but for a few signs such
// as "=" and quotes, and what stands before it. Words of one name, as in
// "conversationId" and "conversation_id", are words by themselves.
func lastWord(text string) (word, before string) {
	text = text[max(0, len(text)-64):]
	for n := 0; n < 6 && len(text) > 0; n++ {
		r, size := utf8.DecodeLastRuneInString(text)
		if !strings.ContainsRune(" =:\"'\\/#([{_-\uff1a\uff1d", r) {
			break
		}
		text = text[:len(text)-size]
	}
	start := len(text)
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if !unicode.IsLetter(r) {
			break
		}
		if start < len(text) { // two scripts, or the end of a camel's hump
			next, _ := utf8.DecodeRuneInString(text[start:])
			if (r < utf8.RuneSelf) != (next < utf8.RuneSelf) || unicode.IsLower(r) && unicode.IsUpper(next) {
				break
			}
		}
		start -= size
	}
	return text[start:], text[:start]
}
