package logs

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"

	"meiqia-diag/diag/evidence/charset"
)

// Reading is how the lines of a log are to be read, learned from a look at it.
// It is fixed before the log is cut, so that every line can be judged by
// itself, in any order and by several at once.
type Reading struct {
	Encoding string // as package charset names it
	// Zone is what the stamps rest on; its Basis is "stated" when
	// LearnOptions.Zone settled it.
	Zone        Zone
	First, Last time.Time // earliest and latest stamp of what was looked at
	Stamped     int       // entries with a stamp in what was looked at
	Seekable    bool      // the log can be read at any place

	src    Source
	loc    *time.Location
	behind []look // of stamps behind other text that open entries
	strays []look // of stamps in front that open none
	led    int    // entries open behind so many blanks
	column epochColumn
	// returns: lines end in carriage returns, which src gives as line feeds
	returns  bool
	dayFirst bool // 03/11/2026 is in November
	bare     bool // so does a time of day alone
	epochs   bool // so does a Unix time
	pretty   bool // entries are indented JSON objects …
	indent   int  // … that open behind so many blanks
	yearly   bool // stamps lack the year
	w3c      w3c
	limit    int64 // the latest reading of the clock there can be, as if in UTC; 0 unknown
	anchor   int64 // where nothing else tells the year or the day
	refs     refs  // what is known of the time, from place to place
	dating   LearnOptions
}

// LearnOptions are what is known of a log besides what it says itself.
type LearnOptions struct {
	Zone     *time.Location // of stamps without one, as a person stated it; nil to infer
	Local    *time.Location // where nothing tells; nil is time.Local
	From, To time.Time      // the time of interest, where years or days are missing
	// Copied says that the last change may be that of a copy: stamps without
	// year or day may be of any before it, and those that touch From and To are taken.
	Copied bool
}

// Learn looks at a log: its head and, where it can be read at any place, its
// tail and some places between them.
func Learn(src Source, opt LearnOptions) (*Reading, error) {
	samples, encoding, seekable, err := src.samples()
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	returns := widthOf(encoding) == 1 && onlyReturns(samples)
	if returns {
		src = src.swapped()
		if samples, encoding, seekable, err = src.samples(); err != nil {
			return nil, fmt.Errorf("read log: %w", err)
		}
	}
	if opt.Local == nil {
		opt.Local = time.Local
	}
	rd := &Reading{returns: returns, Encoding: encoding, Seekable: seekable, src: src, loc: opt.Local}
	rd.Zone.Basis = "assumed"
	l := learner{rd: rd, all: true}
	l.samples(samples)
	if rd.led = l.indentation(); rd.led > 0 {
		l = learner{rd: rd, all: true}
		l.samples(samples)
	}
	rd.dayFirst = l.dayFirst(src.ModTime)
	if strays, behind := l.settle(); len(strays) > 0 || l.behind > 0 || rd.led > 0 || rd.dayFirst {
		rd.strays, rd.behind = strays, behind
		l = learner{rd: rd}
		l.samples(samples)
	}
	if l.behind*5 <= l.front+l.behind || l.objects > 0 {
		rd.behind = nil
	}
	if rd.column = findColumn(samples, l.stamped()+l.pretty); rd.column.col > 0 {
		l = learner{rd: rd}
		l.samples(samples)
	}
	rd.bare = l.bare*5 > l.stamped()-l.bare
	// What opens a line of a list with ten digits is a time only where logs have such times.
	rd.epochs = l.epochs*20 > l.stamped() && (l.epochs > 2 || l.epochs*2 > l.stamped())
	rd.pretty = l.pretty > 0 && l.front+l.behind+l.objects+l.w3c.rows == 0
	rd.indent = l.indent
	rd.yearly = l.yearless > 0
	rd.w3c = l.head
	rd.dating = opt
	rd.zone(&l, opt)
	rd.times(samples, opt)
	return rd, nil
}

// zone settles what stamps without a zone are read as.
func (rd *Reading) zone(l *learner, opt LearnOptions) {
	bare := l.stamped()+l.pretty > l.zoned
	res := newResolver(&Options{Zone: opt.Local})
	switch {
	case !bare && l.zoned > 0:
		rd.Zone.Basis = "written"
	case opt.Zone != nil:
		rd.loc, rd.Zone.Basis = opt.Zone, "stated"
	default:
		if off, ok := l.votes.winner(); ok && off >= -12*3600 {
			res.infer(&l.votes, l.unix)
			rd.loc, rd.Zone.Basis = res.loc, "inferred"
		} else if off, ok := rd.lastChange(l, opt.Local); ok {
			if rd.loc, rd.Zone.Basis = opt.Local, "inferred"; res.offset(rd.src.ModTime.Unix()) != off {
				rd.loc = time.FixedZone(zoneName(zoneText(int(off))), int(off))
			}
		}
	}
	switch {
	case len(l.zones) > 1 || bare && l.zoned > 0 && !rd.only(l):
		rd.Zone.Name = "mixed"
	case !bare && l.zoned > 0:
		rd.Zone.Name = zoneName(zoneText(l.first))
	}
}

// only is true when all zones, written or not, are one.
func (rd *Reading) only(l *learner) bool {
	_, off := time.Unix(l.unix, 0).In(rd.loc).Zone()
	return len(l.zones) == 1 && l.zones[off] > 0
}

// lastChange infers the zone from the file's last change: it was made when the
// last line was written, so their difference is the zone, unless the file was
// touched or copied since. A zone other than the reader's, UTC and +08:00 needs
// more: that in the reader's zone the last line would be of the future.
func (rd *Reading) lastChange(l *learner, local *time.Location) (off int64, ok bool) {
	mod := rd.src.ModTime
	if mod.IsZero() || !rd.Seekable || !l.lastBare {
		return 0, false
	}
	d := l.lastWall - mod.Unix()
	off = (d+14*3600+900)/1800*1800 - 14*3600 // half hours: finer zones are Nepal's and three islands'
	if rest := d - off; rest > 2 || rest < -2 || off > 14*3600 || off < -12*3600 {
		return 0, false
	}
	_, here := mod.In(local).Zone()
	return off, off == 0 || off == 8*3600 || off >= int64(here)
}

// Location is the zone of the log's clock, as far as it has one.
func (rd *Reading) Location() *time.Location {
	if rd.Zone.Basis == "written" {
		return time.FixedZone(rd.Zone.Name, int(rd.Zone.Offset/time.Second))
	}
	return rd.loc
}

// Text gives bytes of the log, whole lines, as UTF-8 without a byte order mark.
func (rd *Reading) Text(raw []byte) []byte {
	if widthOf(rd.Encoding) > 1 {
		raw = fromWide(nil, raw, rd.Encoding)
	} else if !utf8.Valid(raw) {
		text, _ := charset.Decode(raw)
		return []byte(text)
	}
	return bytes.TrimPrefix(raw, bom)
}

// LineFeeds counts the line feeds in bytes of the log.
func (rd *Reading) LineFeeds(raw []byte) (n int) {
	if widthOf(rd.Encoding) == 1 {
		return bytes.Count(raw, []byte("\n"))
	}
	for len(raw) > 0 {
		k := nextLine(raw, rd.Encoding)
		if k == len(raw) && unit(raw, k-widthOf(rd.Encoding), rd.Encoding) != '\n' {
			break
		}
		raw, n = raw[k:], n+1
	}
	return n
}

// WholeLines gives the index after the last line feed in bytes of the log.
func (rd *Reading) WholeLines(raw []byte) int { return lastLine(raw, rd.Encoding) }

// Undated is true of a log whose stamps are times of day alone.
func (rd *Reading) Undated() bool { return rd.bare }
