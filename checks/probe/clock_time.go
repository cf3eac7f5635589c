package probe

// TimeState says how the time servers fared together, in one word.
type TimeState string

// The states, the best first.
const (
	TimeGood     TimeState = "good"           // all that were asked agree
	TimePartly   TimeState = "partly"         // most agree, others did not answer or do not count
	TimeLiars    TimeState = "lying"          // most agree, and outvoted others
	TimeDisputed TimeState = "disputed"       // they answer, and no majority agrees
	TimeKiss     TimeState = "kiss-of-death"  // none counts; some sent us away (RFC 5905 section 7.4)
	TimeUnsynced TimeState = "unsynchronised" // none counts; some say that they do not know the time themselves
	TimeBlocked  TimeState = "blocked"        // none counts, and none of them answered to the point
	TimeNobody   TimeState = "nobody"         // none was asked
)

// TimeTally counts how the time servers fared.
type TimeTally struct {
	State    TimeState
	Asked    int
	Used     int // they agree
	Silent   int // no answer
	Refused  int // the path, or the server's machine, refused the question
	Liars    int // falsetickers, answers that exclude each other, answers to other questions
	Kisses   int
	Unsynced int
	NoName   int // their names lead nowhere
}

// Time sums up the time servers.
func (r ClockResult) Time() TimeTally {
	t := TimeTally{Asked: len(r.Servers)}
	for _, s := range r.Servers {
		switch s.Kind {
		case None:
			t.Used++
		case Falseticker, Inconsistent, Mismatch, BadResponse:
			t.Liars++
		case KissOfDeath:
			t.Kisses++
		case Unsynchronised:
			t.Unsynced++
		case NXDomain, NoAddress, ServFail, DNSOther:
			t.NoName++
		case Refused, Reset, Forbidden, Unreachable, NoRoute:
			t.Refused++
		default:
			if s.Unnamed {
				t.NoName++
			} else {
				t.Silent++
			}
		}
	}
	switch {
	case t.Asked == 0:
		t.State = TimeNobody
	case r.NoQuorum:
		t.State = TimeDisputed
	case r.NTP.Known && t.Used == t.Asked:
		t.State = TimeGood
	case r.NTP.Known && t.Liars > 0:
		t.State = TimeLiars
	case r.NTP.Known:
		t.State = TimePartly
	case t.Kisses > 0:
		t.State = TimeKiss
	case t.Unsynced > 0:
		t.State = TimeUnsynced
	case r.Step != 0 && t.Used > 0:
		t.State = TimeGood
	default:
		t.State = TimeBlocked
	}
	return t
}
