// Package store keeps what triage learnt of each report in SQLite, PostgreSQL
// or ClickHouse, so that a second run reads new files alone.
//
// A report is known by the SHA-256 of its report.json: writing it again changes
// nothing. A file is known by its machine, path, size and time of change. The
// layouts are in schema/*.sql, which `meiqia-diag triage --schema` prints.
package store

// Report is what triage keeps of one report: no text that a person wrote, and
// nothing that tells one person from another. "" stands for unknown.
type Report struct {
	Hash    string // SHA-256 of report.json, hex
	Archive string // SHA-256 of the archive that it came in, or that it says was written

	At      int64  // ms since 1970, when it happened
	AtBasis string // attempt timeline run
	Run     int64  // ms since 1970, when it was diagnosed

	Tool, Profile, ProfileVersion          string
	Health                                 bool
	Outcome                                string // healthy explained inconclusive
	Stage                                  string // the first that broke
	RequestResult, SenderView, VisitorView string

	Channel, MessageType, Device, System   string
	ClientVersion, PageBuild, ServiceBuild string
	Browser, BrowserVersion                string
	NetworkFault, NetworkQuality           string
	NetworkLoss                            string // none <1% 1-5% >5%
	SDK, SDKVersion                        string

	Causes  []Cause
	Rules   []Rule
	Missing []string
}

// Cause is one that a verdict lists.
type Cause struct {
	Code        string
	Role        string // primary contributing
	Probability float64
}

// Rule is one of the verdict's that spoke for the primary cause, or one of an
// extension that stopped the recall.
type Rule struct {
	Kind string // verdict extension
	Name string
}

// File is a file that was looked at.
type File struct {
	Path   string // absolute
	Size   int64
	MTime  int64  // ns since 1970
	State  string // report broken changed encrypted foreign
	WhyZH  string // of any state but report
	WhyEN  string
	Reader int64  // version of the code that read it
	Hash   string // of its report
}

// Entry is a file with the report in it, nil for none.
type Entry struct {
	File   File
	Report *Report
}

// row gives a report's columns in their order.
func (r *Report) row() []any {
	health := int64(0)
	if r.Health {
		health = 1
	}
	return []any{
		r.Hash, r.Archive, r.At, r.AtBasis, r.Run, r.Tool, r.Profile, r.ProfileVersion, health, r.Outcome, r.Stage, r.RequestResult, r.SenderView, r.VisitorView,
		r.Channel, r.MessageType, r.Device, r.System, r.ClientVersion, r.PageBuild, r.ServiceBuild, r.Browser, r.BrowserVersion, r.NetworkFault, r.NetworkQuality, r.NetworkLoss, r.SDK, r.SDKVersion,
	}
}

const reportColumns = "hash, archive, at_ms, at_basis, run_ms, tool, profile, profile_version, health, outcome, stage, request_result, sender_view, visitor_view, " +
	"channel, message_type, device, system, client_version, page_build, service_build, browser, browser_version, network_fault, network_quality, network_loss, sdk, sdk_version"

// into gives where a row of reportColumns is scanned to.
func (r *Report) into(health *int64) []any {
	return []any{
		&r.Hash, &r.Archive, &r.At, &r.AtBasis, &r.Run, &r.Tool, &r.Profile, &r.ProfileVersion, health, &r.Outcome, &r.Stage, &r.RequestResult, &r.SenderView, &r.VisitorView,
		&r.Channel, &r.MessageType, &r.Device, &r.System, &r.ClientVersion, &r.PageBuild, &r.ServiceBuild, &r.Browser, &r.BrowserVersion, &r.NetworkFault, &r.NetworkQuality, &r.NetworkLoss, &r.SDK, &r.SDKVersion,
	}
}
