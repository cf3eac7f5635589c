package archive

import (
	"bytes"
	"encoding/binary"
	"sort"

	"meiqia-diag/diag/lang"
)

// The records of a zip (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.9, 4.3.12 and 4.3.16).
const (
	localLen   = 30
	centralLen = 46
	endLen     = 22

	localSig   = 0x04034b50
	centralSig = 0x02014b50
	endSig     = 0x06054b50
	dataSig    = 0x08074b50

	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
)

// member is where one file of a zip lies.
type member struct {
	name       string
	start, end int // of its local header, and behind its data
}

// layout reads a zip's records and refuses what readers of zips do not agree
// on: bytes before the first file or behind the end, files that overlap, two
// names for one file, sizes beyond the file, zip64, several disks, encryption.
// What it lets through reads the same everywhere. gaps tells of bytes that
// belong to no file.
func layout(data []byte) (gaps bool, bad lang.Text) {
	broken := lang.T("不是完整的压缩包", "not a whole archive")
	if len(data) < endLen {
		return false, broken
	}
	at := bytes.LastIndex(data[max(0, len(data)-endLen-0xffff):], []byte("PK\x05\x06"))
	if at < 0 {
		return false, broken
	}
	at += max(0, len(data)-endLen-0xffff)
	le := binary.LittleEndian
	// The last mark need not be the end record: the comment may hold one.
	for at+endLen > len(data) || at+endLen+int(le.Uint16(data[at+20:])) != len(data) {
		next := bytes.LastIndex(data[:at], []byte("PK\x05\x06"))
		if next < 0 || next < len(data)-endLen-0xffff {
			return false, lang.T("压缩包末尾被截断，或多出了别的内容", "the archive is cut off, or something was appended to it")
		}
		at = next
	}
	end := data[at:]
	count, size, off := int(le.Uint16(end[10:])), int64(le.Uint32(end[12:])), int64(le.Uint32(end[16:]))
	switch {
	case le.Uint16(end[4:]) != 0 || le.Uint16(end[6:]) != 0 || le.Uint16(end[8:]) != le.Uint16(end[10:]):
		return false, lang.T("压缩包分成了几卷", "the archive is in several parts")
	case count == 0xffff || size == 0xffffffff || off == 0xffffffff || bytes.Contains(data[max(0, at-20):at], []byte("PK\x06\x07")):
		return false, lang.T("压缩包用了 zip64，报告从不需要它", "the archive uses zip64, which no report needs")
	case off+size != int64(at):
		return false, lang.T("压缩包前面多出了别的内容，或目录不符", "something was put before the archive, or its directory does not fit")
	}
	var list []member
	dir := data[off:at]
	for i := 0; i < count; i++ {
		if len(dir) < centralLen || le.Uint32(dir) != centralSig {
			return false, broken
		}
		n, extra, comment := int(le.Uint16(dir[28:])), int(le.Uint16(dir[30:])), int(le.Uint16(dir[32:]))
		if len(dir) < centralLen+n+extra+comment {
			return false, broken
		}
		m, bad := local(data[:off], dir[:centralLen+n])
		if !bad.IsZero() {
			return false, bad
		}
		list = append(list, m)
		dir = dir[centralLen+n+extra+comment:]
	}
	if len(dir) > 0 {
		return false, broken
	}
	sort.Slice(list, func(i, j int) bool { return list[i].start < list[j].start })
	last := 0
	for _, m := range list {
		switch {
		case m.start < last:
			return false, lang.T("压缩包里的文件互相重叠", "files of the archive overlap")
		case m.start > last:
			gaps = true
		}
		last = m.end
	}
	return gaps || last != int(off), lang.Text{}
}

// local finds the file that an entry of the directory points at, and compares the two.
func local(data, entry []byte) (member, lang.Text) {
	le := binary.LittleEndian
	name := entry[centralLen:]
	start, packed := int64(le.Uint32(entry[42:])), int64(le.Uint32(entry[20:]))
	flags := le.Uint16(entry[8:])
	differ := lang.T("压缩包的目录与文件头不符", "the archive's directory does not agree with its files")
	if start+localLen > int64(len(data)) {
		return member{}, differ
	}
	h := data[start:]
	n, extra := int(le.Uint16(h[26:])), int(le.Uint16(h[28:]))
	body := start + localLen + int64(n+extra)
	switch {
	case le.Uint32(h) != localSig || body > int64(len(data)) || !bytes.Equal(h[localLen:localLen+n], name),
		le.Uint16(h[8:]) != le.Uint16(entry[10:]), le.Uint16(h[6:])&(flagDescriptor|flagEncrypted) != flags&(flagDescriptor|flagEncrypted):
		return member{}, differ
	case flags&flagEncrypted != 0:
		return member{}, lang.T("压缩包里的文件带密码", "files of the archive have a password")
	case body+packed > int64(len(data)):
		return member{}, differ
	}
	end := body + packed
	if flags&flagDescriptor == 0 {
		if le.Uint32(h[14:]) != le.Uint32(entry[16:]) || le.Uint32(h[18:]) != le.Uint32(entry[20:]) || le.Uint32(h[22:]) != le.Uint32(entry[24:]) {
			return member{}, differ
		}
	} else {
		d := data[end:]
		if len(d) >= 4 && le.Uint32(d) == dataSig {
			d, end = d[4:], end+4
		}
		if len(d) < 12 || le.Uint32(d) != le.Uint32(entry[16:]) || le.Uint32(d[4:]) != le.Uint32(entry[20:]) || le.Uint32(d[8:]) != le.Uint32(entry[24:]) {
			return member{}, differ
		}
		end += 12
	}
	return member{string(name), int(start), int(end)}, lang.Text{}
}
