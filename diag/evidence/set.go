package evidence

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"meiqia-diag/diag/evidence/har"
	"meiqia-diag/diag/evidence/logs"
	"meiqia-diag/diag/evidence/netlog"
	"meiqia-diag/diag/evidence/pathtext"
	"meiqia-diag/diag/evidence/recording"
	"meiqia-diag/diag/lang"
)

// Options say what to look for while reading.
type Options struct {
	// Sent and Attempt are the incident's times, zero when unknown. Log entries
	// far from both are dropped while reading, so that a log of any size fits.
	Sent, Attempt time.Time
	// Zone is the zone of the person who reported, for stamps without one.
	Zone *time.Location
	// Wanted reports whether a request's bodies matter to the diagnosis; the
	// bodies of all others are dropped while reading. nil keeps what fits.
	Wanted func(*har.Entry) bool
	// Service reports whether an address, or a host's name, is the service's. Of
	// a NetLog, which holds what every tab asked for, the rest is dropped while
	// reading, but for hosts that a HAR's changing requests went to. nil keeps all.
	Service func(url string) bool
	// KeepLine reports whether a log entry outside the incident's time matters all the same.
	KeepLine func(text string) bool
	// Matters reports whether a log entry speaks of what the diagnosis is about: of
	// such more are kept where a log has too many of one form. nil for none.
	Matters func(text string) bool
	// Named is the text that KeepLine looks for, when it looks for nothing else:
	// a big log can be searched for it without being parsed.
	Named string
}

// Margin is how far around the incident log entries are kept: enough for a
// device clock that is some minutes off, and for what led up to the failure.
const Margin = 30 * time.Minute

// Bounds of what is kept in memory of all evidence together.
const (
	maxFiles      = 2000
	maxBody       = 32 << 10 // of one request; what a diagnosis reads is an envelope, not a download
	maxBodyBytes  = 6 << 20
	maxTalkBytes  = 16 << 20 // of push messages
	maxLogEntries = 40_000
	maxLogBytes   = 16 << 20
	// What is packed far tighter than logs ever are costs the whole time of a run
	// to unpack, and tells nothing that its first part does not.
	maxUnpacked = 2 << 30  // of one archive
	maxMember   = 1 << 30  // of one of its members
	maxRatio    = 200      // unpacked to packed bytes of a member; logs have 10 to 50
	freeRatio   = 64 << 20 // up to which nobody asks for the ratio
	maxDepth    = 3        // archives in archives
)

// HARFile is one HAR.
type HARFile struct {
	File    *File
	Meta    har.Meta
	Entries []*har.Entry
	// NetLog says that these are requests of a NetLog that no HAR has. Reading
	// makes none of these: package attempt does.
	NetLog bool
}

// NetLogFile is one NetLog, and of its requests those to the service, in the order in which they ended.
type NetLogFile struct {
	File     *File
	Meta     netlog.Meta
	Requests []*netlog.Request
}

// LogFile is one log.
type LogFile struct {
	File    *File
	Info    logs.Info
	Entries []*logs.Entry
	Dropped int // entries that were read and not kept: far from the recall, or too many
	// Scan is where the entries of the incident's time stand in a big log, nil for others.
	Scan *logs.Scan
	// Sample are the offsets of the entries, in order, that were picked for nothing
	// that they say, of a log of which errors were kept rather than others: shares
	// are to be worked out of these. Nil where all entries of a time are kept.
	Sample []int64
}

// Counts reports whether an entry may be counted in a share of all.
func (l *LogFile) Counts(e *logs.Entry) bool {
	if l.Sample == nil {
		return true
	}
	_, found := slices.BinarySearch(l.Sample, e.Offset)
	return found
}

// PathFile is the text of ping and traceroute runs.
type PathFile struct {
	File   *File
	Result pathtext.Result
}

// PageFile is what a recording of meiqia-diag's own tells of the page.
type PageFile struct {
	File *File
	recording.Recording
}

// Set is all evidence of one incident.
type Set struct {
	Files    []*File
	HARs     []HARFile
	NetLogs  []NetLogFile
	Logs     []LogFile
	Paths    []PathFile
	Pages    []PageFile
	Browsers []string // folders of browser profiles
	Clients  []string // desktop clients: their folders, bundles or app.asar files
	Problems []*lang.Problem

	full map[bool]bool // by whether it is a GET: no more bodies find room

	bodies, logCount, logBytes, talk int
}

// Empty reports whether nothing was handed in.
func (s *Set) Empty() bool { return s == nil || len(s.Files)+len(s.Browsers)+len(s.Clients) == 0 }

// Standing reports whether what was handed in tells of no moment in
// particular: nothing, or browsers' profiles as they are.
func (s *Set) Standing() bool {
	return s.Empty() || !slices.ContainsFunc(s.Files, func(f *File) bool { return f.Kind != Browser })
}

// Read reads all evidence below the paths. What cannot be read becomes a
// problem, and the rest is used all the same. It returns early, with what it
// has, when the context ends.
func Read(ctx context.Context, paths []string, opt Options) *Set {
	s := &Set{full: map[bool]bool{}}
	zoned := opt.Zone != nil
	if !zoned {
		opt.Zone = time.Local
	}
	var texts, netlogs []*File
	files := s.find(ctx, paths)
	markBeside(files)
	for _, f := range files {
		if f.Note == Beside {
			continue
		}
		switch f.Kind {
		case HAR:
			s.readHAR(ctx, f, opt)
		case Page:
			s.readPage(ctx, f)
		case NetLog:
			netlogs = append(netlogs, f)
		case TextLog, Path:
			texts = append(texts, f)
		}
	}
	// NetLogs come after HARs: a HAR tells hosts of the service that the profile does not name.
	wanted := s.service(opt)
	for _, f := range netlogs {
		if ctx.Err() != nil {
			break
		}
		s.readNetLog(ctx, f, wanted)
	}
	// So do logs: a HAR tells the moment and the person's zone where the incident does not.
	if !zoned {
		s.learn(&opt)
	}
	// Big logs come last: what the others name is looked for in them.
	order := map[*File]int{}
	for i, f := range texts {
		order[f] = i
	}
	slices.SortStableFunc(texts, func(a, b *File) int {
		return cmp.Compare(min(max(a.Size, bigLog-1), bigLog), min(max(b.Size, bigLog-1), bigLog))
	})
	for _, f := range texts {
		if ctx.Err() != nil {
			break
		}
		s.readText(ctx, f, opt)
	}
	slices.SortStableFunc(s.Logs, func(a, b LogFile) int { return cmp.Compare(order[a.File], order[b.File]) })
	s.fold()
	return s
}

// learn takes the reporter's zone from Firefox's local dates where no zone was given.
func (s *Set) learn(opt *Options) {
	for _, h := range s.HARs {
		if h.Meta.Manner != har.Firefox {
			continue
		}
		for _, e := range h.Entries {
			if !e.Started.IsZero() && !e.ZoneAssumed {
				opt.Zone = e.Started.Location()
				return
			}
		}
	}
}

// Until gives a reader that ends when the context does: every wait has a limit.
func Until(ctx context.Context, r io.Reader) io.Reader { return ctxReader{ctx, r} }

type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
