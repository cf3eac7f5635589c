package machine

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"
)

// bplistOf writes a dictionary of strings as a binary property list; values that
// are not ASCII become UTF-16, and one integer stands between as real files have.
func bplistOf(pairs ...string) []byte {
	data := []byte("bplist00")
	var offsets []int
	add := func(b ...byte) { offsets = append(offsets, len(data)); data = append(data, b...) }
	n := len(pairs)/2 + 1
	head := []byte{0xd0 | byte(n)}
	if n >= 15 {
		head = []byte{0xdf, 0x10, byte(n)}
	}
	for i := range n {
		head = append(head, byte(1+2*i))
	}
	for i := range n {
		head = append(head, byte(2+2*i))
	}
	add(head...)
	str := func(s string) {
		units := utf16.Encode([]rune(s))
		if len(units) == len(s) {
			if len(s) < 15 {
				add(append([]byte{0x50 | byte(len(s))}, s...)...)
			} else {
				add(append([]byte{0x5f, 0x10, byte(len(s))}, s...)...)
			}
			return
		}
		b := []byte{0x60 | byte(len(units))}
		for _, u := range units {
			b = binary.BigEndian.AppendUint16(b, u)
		}
		add(b...)
	}
	for _, s := range pairs {
		str(s)
	}
	str("number")
	add(0x10, 7)
	table := len(data)
	for _, o := range offsets {
		data = binary.BigEndian.AppendUint16(data, uint16(o))
	}
	data = append(data, 0, 0, 0, 0, 0, 0, 2, 1)
	data = binary.BigEndian.AppendUint64(data, uint64(len(offsets)))
	data = binary.BigEndian.AppendUint64(data, 0)
	return binary.BigEndian.AppendUint64(data, uint64(table))
}

func TestBinaryPlist(t *testing.T) {
	data := bplistOf("CFBundleShortVersionString", "18.1", "CFBundleName", "浏览器", "LongValue", "a text of more than fifteen letters")
	got := plistStrings(data)
	if got["CFBundleShortVersionString"] != "18.1" || got["CFBundleName"] != "浏览器" || got["LongValue"] != "a text of more than fifteen letters" {
		t.Errorf("%v", got)
	}
	if _, ok := got["number"]; ok {
		t.Error("a number is no string")
	}
}

func TestXMLPlist(t *testing.T) {
	got := plistStrings([]byte(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
 <key>CFBundleURLTypes</key><array><dict><key>CFBundleShortVersionString</key><string>nested</string></dict></array>
 <key>LSFileQuarantineEnabled</key><true/>
 <key>CFBundleShortVersionString</key><string>131.0.6778.86</string>
</dict></plist>`))
	if got["CFBundleShortVersionString"] != "131.0.6778.86" || len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func FuzzPlist(f *testing.F) {
	f.Add(bplistOf("a", "b", "c", "长"))
	f.Add([]byte("<plist><dict><key>a</key><string>b</string></dict>"))
	f.Add([]byte("bplist00"))
	f.Fuzz(func(t *testing.T, data []byte) { plistStrings(data) })
}
