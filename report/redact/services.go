package redact

import "strings"

// knownKeys are the heads of what services hand out, as their manuals name
// them, and how much follows at least.
var knownKeys = []knownKey{
	// clouds
	{"AKIA", 16}, {"ASIA", 16}, {"ABIA", 16}, {"ACCA", 16}, {"LTAI", 12}, {"STS.", 16}, {"AKID", 13}, {"AKLT", 16}, {"ALTAK", 16}, {"IQoJb3JpZ2lu", 40}, {"FwoGZXIvYXdz", 40}, {"AIza", 30}, {"ya29.", 20}, {"GOCSPX-", 20}, {"dop_v1_", 30}, {"doo_v1_", 30}, {"dor_v1_", 30}, {"HRKU-", 30}, {"dapi", 32}, {"pscale_", 24}, {"fo1_", 30}, {"AQVN", 30}, {"ABSK", 60}, {"EAACEdEose0cBA", 12}, {"CFPAT-", 30}, {"tskey-", 16}, {"akab-", 30}, {"v4.local.", 40}, {"v2.local.", 40}, {"v3.local.", 40}, {"v4.public.", 40}, {"v2.public.", 40}, {"SFMyNTY.", 12},
	// code and packages
	{"ghp_", 30}, {"gho_", 30}, {"ghs_", 30}, {"ghu_", 30}, {"ghr_", 30}, {"github_pat_", 20}, {"glpat-", 18}, {"gldt-", 18}, {"glrt-", 18}, {"glptt-", 18}, {"glcbt-", 18}, {"gloas-", 18}, {"glsoat-", 18}, {"glft-", 18}, {"glagent-", 18},
	{"npm_", 30}, {"pypi-", 30}, {"rubygems_", 30}, {"dckr_pat_", 20}, {"AKCp", 40}, {"sgp_", 30}, {"PMAK-", 24}, {"figd_", 30}, {"lin_api_", 30}, {"sbp_", 30}, {"pul-", 40}, {"hvs.", 20}, {"hvb.", 20}, {"dp.pt.", 30}, {"dp.st.", 30}, {"nfp_", 30}, {"tfp_", 30}, {"ATATT3", 40}, {"ATCTT3", 40}, {"CLOJARS_", 30}, {"ntn_", 30}, {"rdme_", 30}, {"bkua_", 30}, {"fio-u-", 40}, {"ico-", 32}, {"pat-na1-", 36}, {"pat-eu1-", 36}, {"secret_", 40},
	// talk and mail
	{"xoxb-", 16}, {"xoxp-", 16}, {"xoxa-", 16}, {"xoxs-", 16}, {"xoxr-", 16}, {"xoxo-", 16}, {"xoxe-", 16}, {"xoxe.", 16}, {"xoxc-", 16}, {"xoxd-", 16}, {"xapp-", 16}, {"SG.", 30}, {"xkeysib-", 30}, {"ou_", 32}, {"on_", 30}, {"key-", 32},
	// payment and trade
	{"sk_live_", 16}, {"rk_live_", 16}, {"pk_live_", 16}, {"sk_test_", 16}, {"rk_test_", 16}, {"whsec_", 20}, {"sq0atp-", 20}, {"sq0csp-", 20}, {"shpat_", 20}, {"shpca_", 20}, {"shppa_", 20}, {"shpss_", 20}, {"EZAK", 50}, {"access-production-", 20}, {"FLWSECK", 12}, {"EAAA", 56}, {"EZTK", 50}, {"rzp_live_", 14}, {"rzp_test_", 14}, {"shippo_test_", 20}, {"duffel_live_", 30}, {"duffel_test_", 30}, {"access-sandbox-", 20}, {"shippo_live_", 20},
	// models
	{"sk-", 20}, {"hf_", 30}, {"gsk_", 30}, {"r8_", 30}, {"pplx-", 30}, {"xai-", 40}, {"nvapi-", 40}, {"sess-", 36}, {"tvly-", 20},
	// watching
	{"glsa_", 30}, {"glc_", 30}, {"NRAK-", 20}, {"NRII-", 20}, {"sntrys_", 30}, {"sntryu_", 30}, {"dt0c01.", 30}, {"AGE-SECRET-KEY-", 20},
}

// bot reads the token of a bot of Telegram: its number, which stands at
// s[from:end], a colon, and 35 letters that begin with an A.
func (c *scan) bot(from, end int) {
	if to := runEnd(c.s, end+1, "_-"); to-end-1 >= 33 && to-end-1 <= 37 {
		c.rank = byScheme
		c.teach(from, to, "secret", c.s[from:to])
		c.next[byKey] = max(c.next[byKey], to)
	}
}

// signed reads what itsdangerous signs and zlib made short, as Flask's sessions
// are: a dot, base64 of zlib's head, the time and the signature, from s[from] on.
func (c *scan) signed(from int) {
	s := c.s
	if from < c.next[bySigned] {
		return
	}
	end := runEnd(s, from+1, "._-")
	c.next[bySigned] = end
	data, rest, _ := strings.Cut(s[from+1:end], ".")
	at, sum, ok := strings.Cut(rest, ".")
	if !ok || len(data) < 16 || len(at) < 5 || len(at) > 8 || len(sum) < 20 || strings.Contains(sum, ".") {
		return
	}
	c.rank = byScheme
	c.teach(from, end, "secret", s[from:end])
	c.next[byScheme] = end
}

// airtable reads a personal token of Airtable that begins at s[i]: "pat" and 14
// letters, a dot, and 64 hexadecimal digits.
func (c *scan) airtable(i int) {
	const size = 3 + 14 + 1 + 64
	s := c.s
	if i+size > len(s) || s[i+1] != 'a' || s[i+2] != 't' || s[i+17] != '.' || runEnd(s, i, "") != i+17 || !allHex(s[i+18:i+size]) || runEnd(s, i+18, "") != i+size {
		return
	}
	c.rank = byScheme
	c.teach(i, i+size, "secret", s[i:i+size])
	c.next[byScheme] = i + size
}
