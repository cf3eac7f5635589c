package redact

import "strings"

// logonMarks stand before the name of a person's account in the logs of doors:
// sshd, login, su, sudo, cron and systemd.
var logonMarks = []string{"Accepted password for ", "Accepted publickey for ", "Accepted keyboard-interactive/pam for ", "Accepted gssapi-with-mic for ", "Accepted hostbased for ", "Postponed publickey for ", "Failed password for invalid user ", "Failed password for ", "Failed publickey for ", "Failed none for ", "opened for user ", "closed for user ", "Invalid user ", "invalid user ", "authenticating user ", "session for user ", "of user ", "from user ", "for user ", "new user: name=", "delete user '", "password changed for ", "LOGIN ON tty1 BY ", "locked for user ", "user: ", " by user ", "failure for user ", "check pass; user ", "ruser=", "USER=", "acct=\"", "login name is ", "exceeded for ", "Authorized to ", "unix-user:", "of User ", "Account Name: ", "Account Name:\t\t", "for root by ", "user root by "}

// logonEnds has, for what the last but one letter of a mark may be, the last
// letters behind it, as bits; both are of six bits.
var logonEnds = func() (out [64]uint64) {
	for _, m := range logonMarks {
		out[m[len(m)-2]&63] |= 1 << (m[len(m)-1] & 63)
	}
	return out
}()

// logons marks the names of accounts in such lines.
func (c *scan) logons() {
	s := c.s
	for at := 2; at < len(s); at++ {
		if logonEnds[s[at-2]&63]>>(s[at-1]&63)&1 == 0 {
			continue
		}
		for _, mark := range logonMarks {
			if strings.HasSuffix(s[:at], mark) {
				c.accountName(at, at+anyOrEnd(s[at:], " \t(,.;:'\"[]"))
				break
			}
		}
	}
	if i := strings.Index(s, " : TTY="); i > 0 { // sudo: zhangsan : TTY=pts/0 ; PWD=…
		c.accountName(strings.LastIndexAny(s[:i], " \t")+1, i)
	}
	if i := strings.Index(s, " on pts/"); i > 0 && strings.Contains(s[:i], "su") { // su: (to root) zhangsan on pts/0
		c.accountName(strings.LastIndexAny(s[:i], " \t")+1, i)
	}
	if i := strings.Index(s, "(to "); i > 0 && strings.Contains(s[:i], "su") {
		c.accountName(i+4, i+4+byteOrEnd(s[i+4:], ')'))
	}
	for at := 0; ; { // uid=1000(zhangsan)
		i := strings.Index(s[at:], "id=")
		if i < 0 {
			break
		}
		at += i + 3
		if at > 3 && s[at-4]|0x20 == 'u' { // uid=zhangsan,ou=People of a distinguished name (RFC 4514)
			if to := at + byteOrEnd(s[at:], ','); digitsRun(s[at:]) == 0 && ofDN(s[min(len(s), to+1):]) {
				c.accountName(at, to)
				continue
			}
		}
		if n := digitsRun(s[at:]); n > 2 && at+n < len(s) && s[at+n] == '(' {
			if to := at + n + 1 + byteOrEnd(s[at+n+1:], ')'); strings.Count(s[at+n+1:to], ".") < 2 { // com.example.app runs under a number, too
				c.accountName(at+n+1, to)
			}
		}
	}
	if i := strings.Index(s, ") CMD ("); i > 0 { // CRON[12]: (zhangsan) CMD (…)
		c.accountName(strings.LastIndexByte(s[:i], '(')+1, i)
	}
}

// accountName marks s[from:to] as the name of an account when it can be one.
func (c *scan) accountName(from, to int) {
	if from >= to || to > len(c.s) || to-from > 40 {
		return
	}
	v := c.s[from:to]
	if common()[strings.ToLower(v)] || v == "invalid" || v == "illegal" || v[0] == '<' || digitsRun(v) == len(v) || ofSystem()[v] {
		return
	}
	for i := 0; i < len(v); i++ {
		if !wordByte(v[i]) && v[i] < 0x80 && strings.IndexByte("._-\\@$", v[i]) < 0 {
			return
		}
	}
	c.teach(from, to, "user", v)
}

// ofSystem are words behind those marks that name nobody.
var ofSystem = wordSet("the a an this that each every any all sshd systemd cron backup bin sys sync games man lp news uucp proxy list irc messagebus sessions input mode space interaction settings data agent id ids account accounts password authentication request unknown gdm lightdm sddm polkitd dbus avahi colord rtkit pulse whoopsie systemd-network systemd-resolve systemd-timesync postfix www nagios zabbix gitlab jenkins docker elastic elasticsearch kafka tomcat apache httpd named ntp chrony")

// ofDN tells whether a text begins with the next part of a distinguished name.
func ofDN(s string) bool {
	key, _, ok := strings.Cut(s[:min(len(s), 8)], "=")
	if !ok {
		return false
	}
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "ou", "dc", "cn", "o":
		return true
	}
	return false
}
