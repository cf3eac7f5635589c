package redact

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// drawn is a class of values: the keys that it stands under, and how one is
// drawn. Nothing drawn is anybody's.
type drawn struct {
	class string
	keys  []string
	draw  func(r *rand.Rand) string
}

const (
	digits10 = "0123456789"
	letters  = "abcdefghijklmnopqrstuvwxyz"
	mixed62  = digits10 + letters + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func from(r *rand.Rand, letters string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// key62 draws a key of letters and digits, both of which it holds.
func key62(r *rand.Rand, n int) string {
	return one(r, "q", "K", "z") + from(r, mixed62, n-4) + strconv.Itoa(100+r.IntN(900))
}

func mobileDrawn(r *rand.Rand) string {
	return "1" + one(r, "38", "39", "50", "59", "66", "77", "86", "91") + from(r, digits10, 8)
}

func idDrawn(r *rand.Rand) string {
	d := fmt.Sprintf("%s%04d%02d%02d%03d", one(r, "110105", "310104", "440305", "510107"), 1950+r.IntN(60), 1+r.IntN(12), 1+r.IntN(28), r.IntN(1000))
	sum := 0
	for i := range 17 {
		sum += int(d[i]-'0') * (1 << (17 - i) % 11)
	}
	return d + string("10X98765432"[sum%11])
}

func cardDrawn(r *rand.Rand) string {
	d := one(r, "622202", "621700", "622848") + from(r, digits10, 12)
	for k := range 10 {
		if v := d + strconv.Itoa(k); luhn(v) {
			return v
		}
	}
	return ""
}

func chineseName(r *rand.Rand) string {
	given := []rune("伟芳娜敏静秀丽强磊军洋勇艳杰娟涛超霞平刚桂英玉萍红建文辰怡昕雨泽诗涵")
	first := []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何谢罗梁宋唐许韩冯邓曹彭曾萧")
	n := string(first[r.IntN(len(first))]) + string(given[r.IntN(len(given))])
	if r.IntN(3) > 0 {
		n += string(given[r.IntN(len(given))])
	}
	return n
}

func sentence(r *rand.Rand) string {
	return one(r, "我昨天在你们店里买的", "孩子的校服", "上次寄来的锅", "妈妈让我问一下", "那张发票") + one(r, "一直没有收到", "颜色不对", "想退掉", "怎么还没到", "坏了一个角") + one(r, "，能帮我看看吗", "，太失望了！", "，谢谢", "，要怎么办", "")
}

// inKeys are all classes that stand under a key.
var inKeys = []drawn{
	{"phone", []string{"phone", "mobile", "userPhone", "contact_tel", "customer-mobile", "phoneNumber2", "手机号", "联系电话", "客户手机号码"}, mobileDrawn},
	{"phone-written", []string{"phone", "buyer_mobile", "telephone", "电话", "手机"}, func(r *rand.Rand) string {
		m := mobileDrawn(r)
		return one(r, "+86 ", "+86-", "0086", "86-", "(+86)", "") + one(r, m, m[:3]+" "+m[3:7]+" "+m[7:], m[:3]+"-"+m[3:7]+"-"+m[7:], m[:3]+"."+m[3:7]+"."+m[7:])
	}},
	{"id", []string{"idCard", "id_no", "identityNumber", "certNo", "身份证号", "证件号码"}, idDrawn},
	{"card", []string{"bankCard", "card_no", "payeeAccountNo", "银行卡号", "收款账号"}, cardDrawn},
	{"email", []string{"email", "user_mail", "contactEmail", "邮箱", "电子邮件"}, func(r *rand.Rand) string {
		return from(r, letters, 5) + one(r, ".", "_", "+", "") + from(r, letters+digits10, 4) + one(r, "@example.com", "@mail.example.com.cn", "@163.com", "@qq.com")
	}},
	{"name", []string{"nickname", "realName", "customer_name", "contactName", "receiver-name", "姓名", "昵称", "联系人", "收件人姓名"}, chineseName},
	{"wechat", []string{"wechat", "wx_id", "wechatId", "微信号", "微信"}, func(r *rand.Rand) string { return from(r, letters, 5) + one(r, "_", "-", "") + from(r, digits10, 5) }},
	{"openid", []string{"openid", "unionId", "wx_open_id", "fromOpenId"}, func(r *rand.Rand) string { return "o" + one(r, "X", "5", "6") + key62(r, 26) }},
	{"qq", []string{"qq", "qqNumber", "contactQQ", "QQ号", "qq_no"}, func(r *rand.Rand) string { return strconv.Itoa(1+r.IntN(9)) + from(r, digits10, 8) }},
	{"ip", []string{"clientIp", "remote_addr", "x-real-ip", "来源IP"}, func(r *rand.Rand) string {
		return fmt.Sprintf("%d.%d.%d.%d", one(r, 36, 58, 112, 183, 222), 10+r.IntN(200), 10+r.IntN(200), 10+r.IntN(200))
	}},
	{"mac", []string{"mac", "macAddress", "wifi_mac", "网卡地址"}, func(r *rand.Rand) string {
		h := from(r, "0123456789abcdef", 12)
		return "a4:" + h[:2] + ":" + h[2:4] + ":" + h[4:6] + ":" + h[6:8] + ":" + h[8:10]
	}},
	{"token", []string{"token", "access_token", "refreshToken", "x-foo-token2", "csrfToken", "ws-token", "authToken", "device_token", "登录令牌", "sessionToken", "push_token_v2", "id_token", "tokenValue"}, func(r *rand.Rand) string { return key62(r, 24+r.IntN(20)) }},
	{"session", []string{"sessionId", "session_id", "JSESSIONID", "PHPSESSID", "sessionKey"}, func(r *rand.Rand) string { return key62(r, 24) }},
	{"hex-token", []string{"token", "accessToken", "app_secret", "sign", "signature"}, func(r *rand.Rand) string { return "7f" + from(r, "0123456789abcdef", 30) }},
	{"jwt", []string{"jwt", "token", "id_token", "data", "value"}, func(r *rand.Rand) string {
		part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		return part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(`{"sub":"`+from(r, digits10, 8)+`","exp":1763600000}`) + "." + from(r, mixed62+"-_", 43)
	}},
	{"key", []string{"secretKey", "app_secret", "clientSecret", "aliyunAccessKeySecret", "signing_key", "encodingAESKey", "webhook-secret", "密钥", "api_key2", "AppKey", "master_key", "privateKeyHex", "hmacKey", "SecretAccessKey", "appsecret"}, func(r *rand.Rand) string { return key62(r, 32) }},
	{"service-key", []string{"value", "id", "key", "config", "memo", "x"}, serviceKey},
	{"password", []string{"password", "db_pass", "userPwd", "passwd", "MYSQL_ROOT_PASSWORD", "密码", "登录密码"}, func(r *rand.Rand) string {
		return one(r, "Zk", "mq", "Pw") + from(r, letters, 4) + one(r, "!", "#", "_", "") + from(r, digits10, 4)
	}},
	{"otp", []string{"smsCode", "captcha_code", "verifyCode", "otp", "验证码", "短信验证码"}, func(r *rand.Rand) string { return strconv.Itoa(1+r.IntN(9)) + from(r, digits10, 5) }},
	{"text", []string{"content", "text", "msgContent", "message_text", "preview", "quote", "last_msg", "msg_body", "内容", "正文", "消息内容", "聊天内容", "回复内容"}, sentence},
	{"address", []string{"address", "receiver_address", "homeAddress", "收货地址", "详细地址"}, func(r *rand.Rand) string {
		return one(r, "浙江省杭州市西湖区", "广东省深圳市南山区", "四川省成都市武侯区") + one(r, "文三路", "科苑路", "人民南路") + strconv.Itoa(10+r.IntN(900)) + "号" + strconv.Itoa(2+r.IntN(30)) + "栋" + strconv.Itoa(101+r.IntN(900)) + "室"
	}},
	{"plate", []string{"plateNo", "car_plate", "车牌号", "车牌"}, func(r *rand.Rand) string {
		return one(r, "京", "沪", "粤", "浙") + one(r, "A", "B") + one(r, "", "D") + from(r, "ABCDEFGHJKLMNPQRSTUVWXYZ", 1) + from(r, digits10, 4)
	}},
	{"passport", []string{"passportNo", "passport", "护照号", "护照号码"}, func(r *rand.Rand) string { return one(r, "E", "EA", "EJ", "G") + from(r, digits10, 7+r.IntN(2)) }},
}

// serviceKey draws a key that a service hands out, which tells itself by its head.
func serviceKey(r *rand.Rand) string {
	const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	switch r.IntN(16) {
	case 0:
		return one(r, "AKIA", "ASIA") + from(r, upper, 16)
	case 1:
		return "LTAI5t" + key62(r, 18)
	case 2:
		return "AKID" + key62(r, 32)
	case 3:
		return one(r, "ghp_", "gho_", "ghs_", "ghu_", "ghr_") + key62(r, 36)
	case 4:
		return one(r, "glpat-", "gldt-", "glrt-") + key62(r, 20)
	case 5:
		return one(r, "xoxb-", "xoxp-", "xapp-") + from(r, digits10, 11) + "-" + from(r, digits10, 12) + "-" + key62(r, 24)
	case 6:
		return one(r, "sk_live_", "rk_live_", "sk_test_") + key62(r, 24)
	case 7:
		return one(r, "sk-proj-", "sk-ant-api03-", "sk-") + key62(r, 48)
	case 8:
		return "npm_" + key62(r, 36)
	case 9:
		return "pypi-AgEIcHlwaS5vcmc" + key62(r, 60)
	case 10:
		return one(r, "1", "5") + from(r, digits10, 8) + ":AA" + key62(r, 33)
	case 11:
		return "SG." + key62(r, 22) + "." + key62(r, 43)
	case 12:
		return "AIza" + key62(r, 35)
	case 13:
		return "https://" + one(r, "oapi.dingtalk.com/robot/send?access_token="+from(r, "0123456789abcdef", 64), "open.feishu.cn/open-apis/bot/v2/hook/"+from(r, "0123456789abcdef", 8)+"-1b2c-4d5e-8f90-"+from(r, "0123456789abcdef", 12), "qyapi.weixin.qq.com/cgi-bin/webhook/send?key="+from(r, "0123456789abcdef", 8)+"-1b2c-4d5e-8f90-"+from(r, "0123456789abcdef", 12), "hooks.slack.com/services/T"+from(r, upper, 8)+"/B"+from(r, upper, 8)+"/"+key62(r, 24))
	case 14:
		return one(r, "hf_", "shpat_", "dop_v1_", "sbp_", "glsa_", "figd_", "lin_api_", "NRAK-", "dapi") + strings.ToLower(key62(r, 36))
	}
	return "GOCSPX-" + key62(r, 28)
}
