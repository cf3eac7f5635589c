package webcache

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"strings"
	"time"

	"github.com/golang/snappy"
)

// Firefox keeps the registrations of service workers in serviceworker.txt: a
// line with the format's version, then records of lines, each closed by "#":
// what sets the origin apart, scope, script, whether it answers requests, the
// name of its cache, and more that differs between versions.

// ReadFirefoxWorkers reads the registrations of service workers in a profile of
// Firefox whose scope is wanted.
func ReadFirefoxWorkers(profile string, want Wanted) ([]Worker, error) {
	f, err := openFolder(profile, "")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := f.read("serviceworker.txt", 4<<20)
	if err != nil {
		return nil, gone(err)
	}
	return readFirefoxWorkers(b, want)
}

func readFirefoxWorkers(b []byte, want Wanted) ([]Worker, error) {
	head, rest, _ := strings.Cut(string(b), "\n")
	if v, err := strconv.Atoi(strings.TrimSpace(head)); err != nil || v < 4 || v > 99 {
		return nil, errOther // of a layout that is not known
	}
	var list []Worker
	for record := range strings.SplitSeq(rest, "\n#\n") {
		lines := strings.Split(strings.Trim(record, "\r"), "\n")
		if len(lines) < 5 || len(list) >= maxWorkers {
			continue
		}
		w := Worker{Scope: lines[1], Script: lines[2], Active: true, Fetches: lines[3] == "true"}
		if !strings.HasPrefix(w.Scope, "http") || !strings.HasPrefix(w.Script, "http") {
			continue // a layout that moved
		}
		if want(w.Scope) {
			list = append(list, w)
		}
	}
	return list, nil
}

// ReadFirefoxCaches reads the wanted entries of the CacheStorages in a profile
// of Firefox: storage/default/<origin>/cache/caches.sqlite, and the bodies in
// its morgue, compressed by Snappy. The origin is tried as a URL first.
func ReadFirefoxCaches(ctx context.Context, profile string, want Wanted) (Reading, error) {
	out := Reading{Format: CacheStorage}
	f, err := openFolder(profile, "storage/default")
	if err != nil {
		return out, err
	}
	defer f.Close()
	for _, name := range f.all(8192) {
		if ctx.Err() != nil {
			out.Cut = true
			break
		}
		origin, partition, _ := strings.Cut(name, "^")
		origin = strings.Replace(strings.Replace(origin, "+++", "://", 1), "+", ":", 1)
		if !want(origin + "/") {
			continue
		}
		o, err := openFolder(profile, "storage/default/"+name+"/cache")
		if err != nil {
			continue
		}
		part, err := firefoxCaches(ctx, o, want)
		if err != nil {
			part.Seen, part.Torn = part.Seen+1, part.Torn+1
		}
		o.Close()
		for i := range part.Entries {
			part.Entries[i].Partition = partition
		}
		out.plus(part)
	}
	return out, nil
}

func firefoxCaches(ctx context.Context, f folder, want Wanted) (out Reading, err error) {
	db, done, err := openSQLite(f, "caches.sqlite")
	if err != nil {
		return out, err
	}
	defer done()
	ids := map[int64]int{}
	const entries = `SELECT e.id, e.request_url_no_query || e.request_url_query, e.response_status, e.response_body_id, s.namespace, s.key
		FROM entries e JOIN storage s ON s.cache_id = e.cache_id`
	err = rows(ctx, db, entries, nil, func(scan func(...any) error) bool {
		var id, status, space int64
		var url string
		var bodyID *string
		var key []byte
		if scan(&id, &url, &status, &bodyID, &space, &key) != nil {
			return true
		}
		if out.Seen++; len(out.Entries) >= maxWanted {
			out.Cut = true
			return false
		}
		if !want(url) {
			return true
		}
		e := Entry{Format: CacheStorage, URL: url, Status: int(status), Header: map[string][]string{}, Size: -1, Cache: latin(key)}
		if space == 1 { // the browser's own: the worker's scripts
			e.Format, e.Cache = ScriptCache, ""
		}
		if bodyID != nil {
			if name, ok := morgueFile(*bodyID); ok {
				e.body = func() (body, error) { return morgueBody(f, name) }
			}
		}
		ids[id] = len(out.Entries)
		out.Entries = append(out.Entries, e)
		return true
	})
	if err != nil || len(ids) == 0 {
		return out, err
	}
	err = rows(ctx, db, `SELECT entry_id, name, value FROM response_headers`, nil, func(scan func(...any) error) bool {
		var id int64
		var name, value string
		if scan(&id, &name, &value) == nil {
			if i, ok := ids[id]; ok {
				(&answerHead{header: out.Entries[i].Header}).add(name, value)
			}
		}
		return true
	})
	for i := range out.Entries { // it keeps no time of its own
		if t, err := time.Parse(time.RFC1123, out.Entries[i].Header.Get("Date")); err == nil {
			out.Entries[i].RequestTime, out.Entries[i].ResponseTime = t, t
		}
	}
	return out, err
}

// latin turns UTF-16 little-endian into text, as far as it is ASCII.
func latin(b []byte) string {
	if len(b)%2 != 0 {
		return string(b)
	}
	out := make([]byte, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		if b[i+1] != 0 || b[i] < ' ' || b[i] > '~' {
			out = append(out, '?')
			continue
		}
		out = append(out, b[i])
	}
	return string(out)
}

// morgueFile gives the file of a body: "{…e6-…1a2b}" lies in morgue/<last byte of the id>/{…}.final.
func morgueFile(id string) (string, bool) {
	trimmed := strings.Trim(id, "{}")
	if len(trimmed) != 36 || len(id) != 38 || strings.Trim(trimmed, "0123456789abcdef-") != "" {
		return "", false
	}
	n, err := strconv.ParseUint(trimmed[34:], 16, 8)
	if err != nil {
		return "", false
	}
	return "morgue/" + strconv.FormatUint(n, 10) + "/" + id + ".final", true
}

func morgueBody(f folder, name string) (body, error) {
	f, err := f.again()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := f.read(name, 2*MaxBody)
	if err != nil {
		return nil, gone(err)
	}
	b, err = unframe(b)
	if err != nil {
		return nil, err
	}
	return nopClose{bytes.NewReader(b)}, nil
}

// unframe undoes Snappy's framing: chunks of a kind, a length of 3 bytes, and a
// masked CRC-32C of the content, which Firefox does not invert at the end as the format asks.
func unframe(b []byte) ([]byte, error) {
	const mark = "\xff\x06\x00\x00sNaPpY"
	if !bytes.HasPrefix(b, []byte(mark)) {
		return b, nil
	}
	var out []byte
	for b = b[len(mark):]; len(b) > 0; {
		if len(b) < 4 {
			return nil, errTorn
		}
		kind, n := b[0], int(b[1])|int(b[2])<<8|int(b[3])<<16
		if b = b[4:]; n > len(b) {
			return nil, errTorn
		}
		chunk := b[:n]
		b = b[n:]
		if kind > 1 {
			if kind < 0x80 {
				return nil, errOther // reserved, and not to be skipped
			}
			continue
		}
		if n < 4 {
			return nil, errTorn
		}
		data := chunk[4:]
		if kind == 0 {
			if size, err := snappy.DecodedLen(data); err != nil || size > 1<<20 {
				return nil, errTorn
			}
			var err error
			if data, err = snappy.Decode(nil, data); err != nil {
				return nil, errTorn
			}
		}
		sum := binary.LittleEndian.Uint32(chunk)
		if want := crc32.Checksum(data, castagnoli); sum != masked(^want) && sum != masked(want) {
			return nil, errTorn
		}
		if len(out)+len(data) > 2*MaxBody {
			return nil, errTooMuch
		}
		out = append(out, data...)
	}
	return out, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func masked(sum uint32) uint32 { return (sum>>15 | sum<<17) + 0xa282ead8 }
