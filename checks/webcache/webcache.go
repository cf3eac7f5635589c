// Package webcache reads what browsers keep of web pages on disk: the HTTP
// caches of Chromium (Simple, blockfile and SQL) and Firefox (cache2), the
// stores of service workers, and the registrations of those.
//
// Formats are told by what the folder holds, never by the system: each of
// Chromium's can be chosen by a flag anywhere. Everything is opened for reading
// alone, with all sharing allowed, and below the folder that was named: links
// that lead out of it are not followed. A running browser writes meanwhile, so
// every record is checked against its magic numbers and checksums, read again
// when they do not hold, and counted as torn when they still do not; what is
// torn is never a fact. Cookies are not kept, wherever a store has them.
package webcache

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Format is how a store keeps its entries.
type Format string

// The formats.
const (
	Simple    Format = "simple"    // Chromium on Linux, macOS and Android
	Blockfile Format = "blockfile" // Chromium on Windows
	SQL       Format = "sql"       // Chromium's newest
	Cache2    Format = "cache2"    // Firefox

	CacheStorage Format = "cache-storage" // what pages and service workers put aside themselves
	ScriptCache  Format = "script-cache"  // the scripts of Chromium's service workers
)

// Entry is one stored answer.
type Entry struct {
	Format    Format
	URL       string
	Partition string      // the sites the entry is kept apart for, as the browser writes them: "https://a.example https://b.example"; "" for none
	Cache     string      // name of the cache in a CacheStorage, "" elsewhere
	Status    int         // 0 when the store does not tell
	Header    http.Header // as stored, without Set-Cookie
	// RequestTime and ResponseTime are by the device's clock: when it was asked
	// for, and when the answer (or the last 304) came. Zero when the store does not tell.
	RequestTime, ResponseTime time.Time
	Size                      int64 // bytes of the body as stored, -1 unknown

	encoded bool // the body is stored as Content-Encoding says
	body    func() (body, error)
}

// Reading is what one store held.
type Reading struct {
	Format   Format
	Entries  []Entry // the wanted ones, by URL and partition
	Seen     int     // records looked at
	Torn     int     // of those: half-written or damaged, even when read again
	Vanished int     // of those: removed while they were looked at
	Retried  int     // of those: read more than once
	Cut      bool    // there was more than could be looked at
}

// Wanted reports whether the entry of a URL is wanted. It is called for every
// record of a cache, so it has to be quick.
type Wanted func(url string) bool

var (
	errTorn    = errors.New("half-written or damaged record") // read it again
	errOther   = errors.New("no record of this kind")         // none of ours: of another version, or not wanted
	errFormat  = errors.New("no cache of a known format")
	errTooMuch = errors.New("larger than any real one")
)

// Bounds that no real cache reaches.
const (
	maxKey     = 64 << 10
	maxHead    = 1 << 20 // of an answer's stored headers
	maxWanted  = 4096    // entries that are kept
	maxRecords = 1 << 20 // records that are looked at
)

// Read reads the wanted entries of the HTTP cache in folder sub below dir. The
// error is errFormat's kind (fs.ErrNotExist when there is no folder at all) where there is no cache.
func Read(ctx context.Context, dir, sub string, want Wanted) (Reading, error) {
	f, err := openFolder(dir, sub)
	if err != nil {
		return Reading{}, err
	}
	defer f.Close()
	r := newReader(want)
	switch f.format() {
	case Simple:
		r.out.Format = Simple
		r.simple(ctx, f, Simple)
	case Blockfile:
		r.out.Format = Blockfile
		err = r.blockfile(ctx, f)
	case SQL:
		r.out.Format = SQL
		r.sql(ctx, f)
	case Cache2:
		r.out.Format = Cache2
		r.cache2(ctx, f)
	default:
		err = errFormat
	}
	return r.done(), err
}

// reader gathers what a store holds; its methods may be called side by side.
type reader struct {
	want Wanted
	mu   sync.Mutex
	out  Reading
	rest time.Duration // what is left of the time for reading again
}

// retryTime bounds what reading torn records again may cost together.
const retryTime = 150 * time.Millisecond

func newReader(want Wanted) *reader { return &reader{want: want, rest: retryTime} }

func (r *reader) done() Reading {
	slices.SortFunc(r.out.Entries, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.URL, b.URL), strings.Compare(a.Partition, b.Partition), strings.Compare(a.Cache, b.Cache))
	})
	return r.out
}

// full reports whether enough was looked at.
func (r *reader) full(ctx context.Context) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil || len(r.out.Entries) >= maxWanted || r.out.Seen >= maxRecords {
		r.out.Cut = true
	}
	return r.out.Cut
}

// try reads one record, and again shortly after when it was torn.
func (r *reader) try(read func() (Entry, error)) {
	var e Entry
	err := errTorn
	tries := 0
	for pause := time.Millisecond; errors.Is(err, errTorn) && tries < 4; pause *= 3 {
		if tries > 0 {
			r.mu.Lock()
			left := r.rest
			r.rest -= pause
			r.mu.Unlock()
			if left < pause {
				break
			}
			time.Sleep(pause)
		}
		tries++
		e, err = read()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Seen++
	if tries > 1 {
		r.out.Retried++
	}
	switch {
	case err == nil:
		r.out.Entries = append(r.out.Entries, e)
	case errors.Is(err, fs.ErrNotExist):
		r.out.Vanished++
	case errors.Is(err, errOther):
	default:
		r.out.Torn++
	}
}

// plus adds another store's figures and entries.
func (r *Reading) plus(o Reading) {
	r.Entries = append(r.Entries, o.Entries...)
	r.Seen, r.Torn, r.Vanished, r.Retried = r.Seen+o.Seen, r.Torn+o.Torn, r.Vanished+o.Vanished, r.Retried+o.Retried
	r.Cut = r.Cut || o.Cut
}

// urlOf gives the URL of a key of Chromium's cache, and what partitions it:
// "1/0/_dk_https://top.example https://frame.example https://a.example/x", and
// just "https://a.example/x" where the cache is not partitioned.
func urlOf(key string) (url, partition string) {
	i := strings.Index(key, "_dk_")
	if i < 0 {
		// "1/0/https://…": upload data and credentials mode, then the URL.
		for n := 0; n < 2; n++ {
			num, rest, ok := strings.Cut(key, "/")
			if !ok || strings.Trim(num, "0123456789") != "" {
				break
			}
			key = rest
		}
		return key, ""
	}
	rest := key[i+4:]
	if at := strings.LastIndexByte(rest, ' '); at >= 0 { // a URL has no spaces
		part := rest[:at]
		for _, mark := range []string{"cs_", "cn_", "s_"} { // of a frame's document, of a navigation from another site
			part = strings.TrimPrefix(part, mark)
		}
		return rest[at+1:], part
	}
	return rest, ""
}
