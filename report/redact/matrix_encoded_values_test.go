package redact

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// hidden is a class of values that the encodings are tried with. A value whose
// shape tells it stands under the key "ref", which says nothing.
type hidden struct {
	class string
	key   string
	draw  func(r *rand.Rand) (written string, gone []string) // what is written, and what of it must go
}

// itself draws a value all of which must go.
func itself(draw func(r *rand.Rand) string) func(r *rand.Rand) (string, []string) {
	return func(r *rand.Rand) (string, []string) {
		v := draw(r)
		return v, []string{v}
	}
}

// around draws a value that stands within what is written, in the place of a %s.
func within(format string, draw func(r *rand.Rand) string) func(r *rand.Rand) (string, []string) {
	return func(r *rand.Rand) (string, []string) {
		v := draw(r)
		return fmt.Sprintf(format, v), []string{v}
	}
}

// grouped writes a number in groups of these lengths.
func grouped(v, sep string, lengths ...int) string {
	var parts []string
	for _, n := range lengths {
		n = min(n, len(v))
		parts = append(parts, v[:n])
		v = v[n:]
	}
	if v != "" {
		parts = append(parts, v)
	}
	return strings.Join(parts, sep)
}

func mobileAs(write func(m string) string) func(r *rand.Rand) (string, []string) {
	return func(r *rand.Rand) (string, []string) {
		m := mobileDrawn(r)
		return write(m), []string{m}
	}
}

func jwtDrawn(r *rand.Rand) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part([]byte(`{"sub":"`+from(r, digits10, 8)+`","exp":1763600000}`)) + "." + key62(r, 43)
}

func userDrawn(r *rand.Rand) string { return "gao" + from(r, letters, 4) + from(r, digits10, 2) }

func token24(r *rand.Rand) string { return key62(r, 28) }

// hiddens are the classes of what must not be left, each as it is most often written.
var hiddens = []hidden{
	{"mobile", "ref", mobileAs(func(m string) string { return m })},
	{"mobile +86", "ref", mobileAs(func(m string) string { return "+86" + m })},
	{"mobile +86 spaced", "ref", mobileAs(func(m string) string { return "+86 " + grouped(m, " ", 3, 4) })},
	{"mobile 0086", "ref", mobileAs(func(m string) string { return "0086" + m })},
	{"mobile spaced", "ref", mobileAs(func(m string) string { return grouped(m, " ", 3, 4) })},
	{"mobile dashed", "ref", mobileAs(func(m string) string { return grouped(m, "-", 3, 4) })},
	{"mobile under its name", "phone", mobileAs(func(m string) string { return m })},
	{"mobile under its Chinese name", "手机号", mobileAs(func(m string) string { return grouped(m, " ", 3, 4) })},
	{"id of 18", "ref", itself(idDrawn)},
	{"id of 15", "idCard", itself(func(r *rand.Rand) string {
		return one(r, "110105", "310104") + fmt.Sprintf("%02d%02d%02d", 60+r.IntN(30), 1+r.IntN(12), 1+r.IntN(28)) + from(r, digits10, 3)
	})},
	{"card", "ref", itself(cardDrawn)},
	{"card spaced", "ref", func(r *rand.Rand) (string, []string) {
		v := cardDrawn(r)
		return grouped(v, " ", 4, 4, 4, 4), []string{v}
	}},
	{"card dashed", "ref", func(r *rand.Rand) (string, []string) {
		v := cardDrawn(r)
		return grouped(v, "-", 4, 4, 4, 4), []string{v}
	}},
	{"email", "ref", itself(func(r *rand.Rand) string {
		return from(r, letters, 5) + one(r, ".", "_", "") + from(r, letters, 4) + one(r, "@mail.example.com.cn", "@163.com", "@qq.com")
	})},
	{"jwt", "ref", itself(jwtDrawn)},
	{"api key", "apiKey", itself(token24)},
	{"token", "access_token", itself(token24)},
	{"secret", "appSecret", itself(token24)},
	{"service's key", "ref", itself(func(r *rand.Rand) string { return "ghp_" + key62(r, 36) })},
	{"bearer", "Authorization", within("Bearer %s", token24)},
	{"basic", "Authorization", func(r *rand.Rand) (string, []string) {
		user, pass := userDrawn(r), key62(r, 10)
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+pass)), []string{pass}
	}},
	{"cookie", "Cookie", func(r *rand.Rand) (string, []string) {
		sid, uid := token24(r), key62(r, 16)
		return "sid=" + sid + "; u=" + uid + "; theme=dark", []string{sid, uid}
	}},
	{"set-cookie", "Set-Cookie", within("sid=%s; Path=/; HttpOnly", token24)},
	{"credentials of a URL", "ref", within("https://deploy7:%s@git.example.com/a/b.git", func(r *rand.Rand) string { return key62(r, 12) })},
	{"token of a URL", "ref", within("https://a.example/cb?access_token=%s&x=1", token24)},
	{"ipv4", "ref", itself(func(r *rand.Rand) string {
		return fmt.Sprintf("%d.%d.%d.%d", one(r, 36, 58, 112, 183, 222), 10+r.IntN(200), 10+r.IntN(200), 10+r.IntN(200))
	})},
	{"ipv6", "ref", itself(func(r *rand.Rand) string {
		return fmt.Sprintf("240e:3b%d:%x:%x::%x", r.IntN(10), 0x1000+r.IntN(0xe000), 0x1000+r.IntN(0xe000), 0x1000+r.IntN(0xe000))
	})},
	{"mac", "ref", itself(func(r *rand.Rand) string {
		h := from(r, "0123456789abcdef", 10)
		return "a4:" + h[:2] + ":" + h[2:4] + ":" + h[4:6] + ":" + h[6:8] + ":" + h[8:]
	})},
	{"wxid", "ref", itself(func(r *rand.Rand) string { return "wxid_" + from(r, letters+digits10, 10) + from(r, digits10, 4) })},
	{"openid", "ref", itself(func(r *rand.Rand) string { return "o" + one(r, "X", "5") + key62(r, 26) })},
	{"qq", "qq", itself(func(r *rand.Rand) string { return "4" + from(r, digits10, 8) })},
	{"home of Windows", "ref", within(`C:\Users\%s\AppData\Local\m\a.log`, userDrawn)},
	{"home of macOS", "ref", within("/Users/%s/Library/Logs/m/a.log", userDrawn)},
	{"home of Linux", "ref", within("/home/%s/.config/m/a.log", userDrawn)},
	{"content", "content", itself(sentence)},
	{"text", "text", itself(sentence)},
	{"text in Chinese", "消息内容", itself(sentence)},
	{"name", "nickname", itself(chineseName)},
	{"name in Chinese", "姓名", itself(chineseName)},
	{"name in Latin letters", "realName", itself(func(r *rand.Rand) string {
		return one(r, "Renée", "Zoë", "Jürgen") + " " + one(r, "Müller", "Désiré", "Núñez")
	})},
	{"plate", "ref", itself(func(r *rand.Rand) string {
		return one(r, "京", "沪", "粤", "浙") + one(r, "A", "B") + from(r, "ABCDEFGHJKLMNPQRSTUVWXYZ", 1) + from(r, digits10, 4)
	})},
	{"passport", "passportNo", itself(func(r *rand.Rand) string { return one(r, "E", "EA", "G") + from(r, digits10, 7) })},
	{"address", "address", itself(func(r *rand.Rand) string {
		return one(r, "浙江省杭州市西湖区文三路", "广东省深圳市南山区科苑路") + from(r, digits10, 3) + "号" + from(r, digits10, 2) + "栋" + from(r, digits10, 3) + "室"
	})},
	{"password", "password", itself(func(r *rand.Rand) string { return "Zk" + from(r, letters, 4) + "!" + from(r, digits10, 4) })},
}
