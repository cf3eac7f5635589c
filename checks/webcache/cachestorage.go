package webcache

import (
	"context"
	"net/http"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// A CacheStorage of Chromium is a folder for each origin, named by a hash, with
// index.txt (a protobuf message: caches, origin) and a Simple cache in a folder
// for each cache. The keys are plain URLs, stream 0 is a protobuf message, and
// the bodies are stored decoded.

// fields calls each for the fields of a protobuf message, until one is none.
func fields(b []byte, each func(num protowire.Number, n uint64, v []byte)) bool {
	for len(b) > 0 {
		num, typ, k := protowire.ConsumeTag(b)
		if k < 0 {
			return false
		}
		b = b[k:]
		switch typ {
		case protowire.VarintType:
			n, k := protowire.ConsumeVarint(b)
			if k < 0 {
				return false
			}
			each(num, n, nil)
			b = b[k:]
		case protowire.BytesType:
			v, k := protowire.ConsumeBytes(b)
			if k < 0 {
				return false
			}
			each(num, 0, v)
			b = b[k:]
		default:
			k := protowire.ConsumeFieldValue(num, typ, b)
			if k < 0 {
				return false
			}
			b = b[k:]
		}
	}
	return true
}

// readCacheMeta reads stream 0 of an entry of a CacheStorage: 1 the request, 2
// the answer (1 status, 4 headers, 6 time, 8 the URLs that led to it), 3 when it was put there.
func readCacheMeta(b []byte, key string) (Entry, error) {
	e := Entry{Format: CacheStorage, URL: key, Header: http.Header{}}
	var h answerHead
	h.header = e.Header
	ok := fields(b, func(num protowire.Number, n uint64, v []byte) {
		switch num {
		case 2:
			fields(v, func(num protowire.Number, n uint64, v []byte) {
				switch num {
				case 1:
					e.Status = int(n % 1000)
				case 4:
					var name, value string
					fields(v, func(num protowire.Number, _ uint64, v []byte) {
						switch num {
						case 1:
							name = string(v)
						case 2:
							value = string(v)
						}
					})
					h.add(name, value)
				case 6:
					e.ResponseTime = chromiumTime(n)
				}
			})
		case 3:
			if e.ResponseTime.IsZero() {
				e.ResponseTime = chromiumTime(n)
			}
		}
	})
	if !ok || e.Status == 0 && e.ResponseTime.IsZero() {
		return e, errTorn
	}
	e.RequestTime = e.ResponseTime
	return e, nil
}

// cacheIndex is index.txt.
type cacheIndex struct {
	origin string
	caches []struct{ name, dir string }
}

func readCacheIndex(b []byte) (x cacheIndex, ok bool) {
	ok = fields(b, func(num protowire.Number, _ uint64, v []byte) {
		switch num {
		case 1:
			var c struct{ name, dir string }
			fields(v, func(num protowire.Number, _ uint64, v []byte) {
				switch num {
				case 1:
					c.name = string(v)
				case 2:
					c.dir = string(v)
				}
			})
			if len(x.caches) < 256 {
				x.caches = append(x.caches, c)
			}
		case 2:
			x.origin = string(v)
		}
	})
	return x, ok
}

// ReadCacheStorage reads the wanted entries of the CacheStorages of a profile of
// Chromium's kin, those of origins that wanted takes as a URL.
func ReadCacheStorage(ctx context.Context, profile string, want Wanted) (Reading, error) {
	out := Reading{Format: CacheStorage}
	f, err := openFolder(profile, "")
	if err != nil {
		return out, err
	}
	defer f.Close()
	stores := []string{"Service Worker/CacheStorage"}
	if web, err := f.in("WebStorage"); err == nil { // buckets other than an origin's first
		for _, bucket := range web.all(512) {
			stores = append(stores, "WebStorage/"+bucket+"/CacheStorage")
		}
		web.Close()
	}
	found := false
	for _, store := range stores {
		s, err := openFolder(profile, store)
		if err != nil {
			continue
		}
		found = true
		for _, origin := range s.all(4096) {
			if ctx.Err() != nil {
				out.Cut = true
				break
			}
			if o, err := s.in(origin); err == nil {
				out.plus(cachesOf(ctx, o, want))
				o.Close()
			}
		}
		s.Close()
	}
	if !found {
		return out, errFormat
	}
	return out, nil
}

// cachesOf reads the caches of one origin.
func cachesOf(ctx context.Context, f folder, want Wanted) (out Reading) {
	b, err := f.read("index.txt", maxHead)
	if err != nil {
		return out
	}
	x, ok := readCacheIndex(b)
	if !ok {
		out.Seen, out.Torn = 1, 1
		return out
	}
	if !want(x.origin) {
		return out
	}
	for _, c := range x.caches {
		if c.dir == "" || strings.ContainsAny(c.dir, `/\`) {
			continue
		}
		inner, err := f.in(c.dir)
		if err != nil {
			continue
		}
		r := newReader(want)
		r.simple(ctx, inner, CacheStorage)
		inner.Close()
		part := r.done()
		for i := range part.Entries {
			part.Entries[i].Cache = c.name
		}
		out.plus(part)
	}
	return out
}
