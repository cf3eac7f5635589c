package redact

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// class tells what the value under a key is.
type class int

const (
	none     class = iota
	secret         // tokens, signatures: a value under it is always taken
	pass           // passwords: as secret, and anything up to the next space
	weak           // words that name a secret only sometimes: sign, session, auth
	maybe          // key, code, state: a secret when it looks like one
	cookie         // the cookies of a request
	auth           // the Authorization header
	text           // what people wrote
	textOrID       // what people wrote, or the number of it
	logText        // message, msg: people's words or the program's
	errText        // errmsg, error_description: the program's words
	name           // a person's name or account name
	login          // user, account: a person's when it is a word and no number
	thing          // name, client: a person's only sometimes
	phone          // a phone number, however written
	idCard         // a national id, passport, permit
	card           // a bank card or account
	wx             // openid, unionid, wxid
	qq             // QQ number
	place          // an address where people live
	version        // four numbers with dots are no IP address here
	plateNo        // a number plate
	birth          // a day of birth
	geo            // where somebody is
	deviceID       // what tells one device from all others
	wifi           // the name of a network, which people choose
	taxNo          // a company's or person's tax number
	macNo          // a MAC address without its signs
	ipNo           // an IPv4 address as one number
)

// exact are the classes of whole keys, in small letters and without what joins their words.
var exact = sync.OnceValue(func() map[string]class {
	out := map[string]class{}
	for c, list := range map[class]string{
		pass:     "password passwd pwd passphrase passcode userpass mima 密码 口令 登录密码 支付密码",
		secret:   "jscode authorizationcode regid registrationid pushid pushregid csrf xsrf otp captcha verifycode verificationcode smscode authcode vcode otpcode jsessionid phpsessid sessid sessionid sessionkey connectsid accesskey accesskeyid secretkey privatekey encryptkey appkey apikey appsecret credential credentials bearer refresh ptoken tok psk wpapsk accesstok refreshtok sess wstoken websockettoken baiduid baiduidbfess bidupsid bduss bdussbfess sessdata bilijct dedeuserid buvid3 buvid4 sidguard ttwid odintt ptkey ptpin pskey ptcz wxuin mh5tk sinaglobal cfclearance cfbm awsalb awsalbcors awselb liat ghsess sapisid apisid secure1psid secure3psid estsauth estsauthpersistent fedauth arraffinity umdistinctid 验证码 令牌 密钥 签名 校验码 动态码",
		weak:     "sign sig session sid ticket auth skey pass sessions passport_token usersig sdkappsig xsign wsign",
		maybe:    "key code state nonce ak sk data_token ukey k uuid_token",
		cookie:   "cookie cookie2 setcookie setcookie2 cookies documentcookie",
		auth:     "authorization proxyauthorization xauthorization",
		text:     "txt recognition asrresult asrtext speechtext locargs titlelocargs rawmessage 访客说 客户说 用户说 顾客说 客服说 坐席说 对方说 访客问 客户问 访客回复 客服回复 访客留言 客户留言 访客发送 客服发送 访客消息 客服消息 quoted quotedtext quotedmessage lasttext firstmessage content text body msgcontent messagecontent messagetext msgtext msgbody plaintext html richtext preview summary remark remarks note draft caption transcript answer question chat say utterance 内容 消息内容 正文 聊天内容 消息正文 发送内容 留言 备注 回复内容",
		textOrID: "lastmessage lastmsg quote reply 消息 回复",
		logText:  "message msg",
		errText:  "errmsg errormessage errormsg errordescription errordesc errinfo reason detail errortext error err exception stack prompt tip toast",
		name: "realname fullname nickname nick username displayname truename agentname agentnickname visitorname clientname customername contactname contactperson uname loginname loginid accountname screenname firstname lastname givenname familyname ownername consignee receivername sendername fromname toname surname staffname senderstaffid fromaccount toaccount employeename operatorname " +
			"fn cn recipient recipientname payee payeename cardholder holdername 持卡人 户名 开户名 家长 学生 患者 乘客 旅客 寄件人 收款人 付款人 投保人 姓名 名字 真实姓名 昵称 客户姓名 客户名 客户名称 访客名 访客姓名 访客昵称 客服姓名 客服名 客服昵称 坐席姓名 用户名 账户名 登录名 称呼 收件人 发件人 经办人 联系人 收货人 操作人 申请人 来电人 去电人 呼叫人 主叫人 被叫人 回访人 反馈人 提交人 报修人 投诉人 咨询人 预约人 领取人 签收人 下单人 购买人 负责人 处理人 接待人 发起人 审批人 创建人 填表人 紧急联系人 代办人 委托人 被保险人 法人 房主 车主 业主 户主",
		thing:    "xm lxr xingming alias name contact owner operator customer visitor agent client sender receiver 客户 访客 客服 坐席 用户 员工",
		login:    "user account 账号 账户 帐号",
		phone:    "sjh sjhm lxdh shouji dianhua phone mobile tel telephone cellphone mobilephone phonenumber phoneno telno telnum mobileno fax msisdn 电话 手机 手机号 手机号码 联系电话 电话号码 座机 传真 联系方式",
		idCard:   "sfzh sfzhm zjhm shenfenzheng docno documentno documentnumber credentialno idcard idcardno idcardnumber idno identity identityno identitycard idnumber certno certificateno passport passportno passportnumber traveldoc permit permitno ssn 身份证 身份证号 身份证号码 证件号 证件号码 护照 护照号 护照号码 通行证 港澳通行证 通行证号 港澳台通行证 台胞证 台胞证号 回乡证 回乡证号 居留证 学号 学籍号 病历号 门诊号 住院号 医保卡号 社保卡号 军官证 驾驶证 驾驶证号 社保号",
		card:     "yhkh card cardno cardnumber bankcard bankcardno bankaccount bankno accountno acctno pan creditcard 银行卡 银行卡号 卡号 银行账号 收款账号 信用卡号 储蓄卡号",
		wx:       "openid unionid wxid wechat wechatid weixin weixinid wxopenid wxunionid externaluserid openuserid wxnumber buyerid buyeruserid buyeropenid alipayuserid alipayopenid 抖音号 快手号 小红书号 微博号 微博账号 旺旺 旺旺号 淘宝账号 钉钉号 支付宝账号 支付宝号 whatsapp vx wxno wxname wxaccount 微信 微信号 微信id v信 v号 vx号 wx号 微信账号 vx账号 微号 薇信 威信 加v 加vx 加微 加微信 加我微信",
		qq:       "qq qqnum qqno qqnumber qqid uin oicq nk qq号 qq号码 扣扣 扣扣号 企鹅号 企鹅 q号 q号码 q扣 qq账号 qq帐号 q群号 加q 加qq 我的qq",
		place:    "jtzz lxdz txdz dizhi address addr homeaddress deliverto shipto shipaddr deliveryaddress shippingaddress receiveraddress receiverinfo detailaddress street 配送地址 发货地址 家庭地址 单位地址 户籍地址 地址 住址 家庭住址 收货地址 详细地址 联系地址 通讯地址",
		plateNo:  "plate plateno platenumber licenseplate licenceplate carno carnumber vehicleno 车牌 车牌号 车牌号码 号牌 车辆号牌 号牌号码 车号 牌照 牌照号",
		birth:    "birthday birth birthdate dateofbirth dob 生日 出生日期 出生年月",
		geo:      "lat lng lon latitude longitude latlng lnglat coordinate coordinates 经度 纬度 经纬度",
		deviceID: "imei imei1 imei2 imsi iccid meid idfa idfv oaid androidid openudid udid serialnumber deviceserial 串号 手机串号 设备号 设备串号 序列号 设备序列号 vin vinno 车架号 车架号码 发动机号 发动机号码 车辆识别代号 车辆识别码",
		wifi:     "ssid bssid wifissid wifiname wifi 无线名称",
		taxNo:    "taxno taxid taxnumber taxpayerno taxpayerid uscc creditcode 税号 纳税人识别号 统一社会信用代码",
		macNo:    "mac macaddr macaddress hwaddr mac地址 物理地址",
		ipNo:     "ip clientip remoteip userip srcip dstip sourceip destip loginip lastip visitorip regip peerip realip remoteaddr clientaddr saddr daddr",
		version:  "version ver build appversion clientversion sdkversion release useragent ua",
	} {
		for _, w := range strings.Fields(list) {
			out[w] = c
		}
	}
	return ofOthers(out)
})

// suffixes name a secret at the end of a longer key.
var suffixes = []struct {
	end string
	c   class
}{
	{"token", secret}, {"secret", secret}, {"password", pass}, {"passwd", pass}, {"pwd", pass}, {"signature", secret},
	{"sessionid", secret}, {"apikey", secret}, {"accesskey", secret}, {"secretkey", secret}, {"privatekey", secret}, {"credential", secret},
	{"authorization", auth}, {"openid", wx}, {"unionid", wx}, {"mobile", phone}, {"phone", phone}, {"phonenumber", phone}, {"idcard", idCard}, {"bankcard", card},
	{"cookie", cookie}, {"nickname", name}, {"realname", name}, {"username", name},
	{"aeskey", secret}, {"hmackey", secret}, {"masterkey", secret}, {"signkey", secret}, {"signingkey", secret}, {"encryptkey", secret}, {"tokenvalue", secret}, {"privatekeyhex", secret}, {"msgcontent", text}, {"messagecontent", text}, {"keydata", secret}, {"q号", qq}, {"v号", wx}, {"v信", wx}, {"vx号", wx}, {"微信id", wx}, {"令牌", secret}, {"密钥", secret}, {"签名", secret}, {"秘钥", secret}, {"密码", pass}, {"口令", pass}, {"验证码", secret}, {"手机号", phone}, {"手机", phone}, {"电话", phone}, {"姓名", name}, {"昵称", name}, {"身份证号", idCard}, {"身份证", idCard},
	{"银行卡号", card}, {"银行卡", card}, {"卡号", card}, {"微信号", wx}, {"微信", wx}, {"扣扣", qq}, {"护照", idCard}, {"护照号码", idCard}, {"通行证", idCard}, {"通行证号", idCard}, {"证件号", idCard}, {"证件号码", idCard}, {"身份证号码", idCard}, {"手机号码", phone}, {"座机", phone}, {"车牌", plateNo}, {"车牌号", plateNo}, {"联系方式", phone}, {"联系人", name}, {"消息内容", text}, {"内容", text}, {"地址", place}, {"用户名", name}, {"护照号", idCard}, {"qq", qq}, {"qq号", qq},
}

// notSecret are keys that end like a secret and hold none.
var notSecret = wordSet("ipaddr serveripaddress tokentype siteforcookies firstpartyforcookies thirdpartycookies blockcookies acceptcookies allowcookies withcookies statustext buttontext btntext alttext hinttext labeltext linktext maxtoken ipaddress ip地址 网络地址 服务器地址 服务地址 链接地址 网址 请求地址 接口地址")

// classify tells what a value under the key is.
func classify(key string) class {
	if key == "" || len(key) > 80 {
		return none
	}
	j := squeeze(key)
	if notSecret()[j] {
		return none
	}
	if c, ok := exact()[j]; ok {
		return c
	}
	if c := bySuffix(j); c != none {
		return c
	}
	if c := byWords(key); c != none {
		return c
	}
	if c := byStem(j); c != none {
		return c
	}
	if strings.HasSuffix(j, "code") && hasAny(j, "captcha", "verif", "sms", "otp", "invite", "onetime", "valid", "authcode", "logincode") {
		return secret
	}
	for i, w := range wordsOf(key) {
		if w == "qq" && !hasAny(j, "group", "music", "browser", "version", "type", "time", "count", "com") && i >= 0 {
			return qq
		}
	}
	// The last word of a longer key: x_sign, ws-ticket, user[sign].
	switch lastWord(key) {
	case "sign", "sig", "ticket", "session", "sid", "skey":
		return weak
	case "key":
		return maybe
	case "content", "text":
		if !strings.Contains(j, "type") {
			return text
		}
	}
	return none
}

// bySuffix classifies a squeezed key by its end.
func bySuffix(j string) class {
	for _, s := range suffixes {
		if strings.HasSuffix(j, s.end) {
			return s.c
		}
	}
	return none
}

// keyMakers stand before "key" where it is one that opens something, and passOf
// before "pass" where it is a password.
var keyMakers, passOf, saidWords = wordSet("signing sign encoding aes des rsa hmac master encrypt encryption decrypt decryption private secret access api app shared server service auth crypto jwt ssh webhook license root storage account subscription sts robot"),
	wordSet("db database user root admin mysql redis pg postgres mongo ftp smtp imap mail ldap http proxy login auth account wifi ssh key keystore truststore cert master my old new app mq rabbitmq broker"),
	wordSet("preview quote quoted remark remarks draft transcript utterance content text")

// wordSet gives the words of a list as a set, which is made when it is first asked
// for: most commands redact nothing.
func wordSet(list string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		out := map[string]bool{}
		for _, w := range strings.Fields(list) {
			out[w] = true
		}
		return out
	})
}

// stemEnds are what a Chinese word of a number or a name may end in.
var stemEnds = []string{"号码", "编号", "账号", "帐号", "号", "码", "number", "num", "no", "id"}

// byStem classifies a Chinese key by its end, without a last word that only
// says that it is a number: 护照No, 微信ID, 客户手机编号.
func byStem(j string) class {
	if !hasHan(j) {
		return none
	}
	j = strings.TrimRight(j, digitSet)
	for _, end := range append(stemEnds, "") {
		stem, ok := strings.CutSuffix(j, end)
		if !ok || stem == "" {
			continue
		}
		if c, found := exact()[stem]; found {
			switch c {
			case phone, idCard, card, qq, plateNo, wx, secret, pass, deviceID, taxNo, name:
				return c
			}
		}
		for _, s := range suffixes {
			if s.end[0] >= 0x80 && strings.HasSuffix(stem, s.end) && s.c != text && s.c != place {
				return s.c
			}
		}
	}
	return none
}

// numberWords are what a key that names a number may end in.
var numberWords = wordSet("no num number id value val str raw code account acct v hex pem text new old header field param keyword accessor")

// byWords classifies a key of several words by the last of them: what
// shipping_address, travelDocPassport and data-qqNo have in common with
// address, passport and qq. Classes of common words are not found so.
func byWords(key string) class {
	words := wordsOf(key)
	for len(words) > 0 {
		for i := range words {
			joined := strings.Join(words[i:], "")
			c, ok := exact()[joined]
			if !ok {
				c = bySuffix(joined)
			}
			switch c {
			case phone, idCard, card, qq, plateNo, secret, pass, cookie, auth, place, birth, deviceID, taxNo, wifi, macNo, ipNo, wx:
				return c
			case name, text, textOrID:
				if i > 0 && (len(words)-i > 1 || c == name && len(joined) > 2 || saidWords()[joined]) || i == 0 && len(words) > 1 {
					return c
				}
			}
			if n := len(words) - i; n == 2 && words[i+1] == "key" && keyMakers()[words[i]] {
				return secret
			} else if n == 2 && words[i+1] == "pass" && passOf()[words[i]] {
				return pass
			}
		}
		if last := words[len(words)-1]; !numberWords()[last] && digitsRun(last) < len(last) {
			return none
		}
		words = words[:len(words)-1]
	}
	return none
}

// wordsOf cuts a key into its words, in small letters: userPhone, user_phone, user-phone1.
func wordsOf(key string) []string {
	var out []string
	from := 0
	cut := func(to int) {
		if to > from {
			out = append(out, strings.ToLower(key[from:to]))
		}
	}
	for i := 0; i < len(key); i++ {
		b := key[i]
		switch {
		case b < 0x80 && !wordByte(b):
			cut(i)
			from = i + 1
		case i > from && b >= 'A' && b <= 'Z' && (key[i-1] >= 'a' && key[i-1] <= 'z' || i+1 < len(key) && key[i+1] >= 'a' && key[i+1] <= 'z' && key[i-1] >= 'A' && key[i-1] <= 'Z'),
			i > from && b >= '0' && b <= '9' && !(key[i-1] >= '0' && key[i-1] <= '9'):
			cut(i)
			from = i
		}
	}
	cut(len(key))
	return out
}

// lastWords are those that classify looks for at the end of longer keys.
var lastWords = []string{"pass", "preview", "quote", "quoted", "remark", "draft", "body", "msg", "sign", "sig", "ticket", "session", "sid", "skey", "key", "content", "text"}

// ruinWords are keys of what people wrote in what is left of a document.
var ruinWords = []string{"value", "data", "payload", "title", "postdata", "frame"}

// classify is classify for this file: in the ruins of a document any value may
// be what people wrote.
func (f *File) classify(key string) class {
	if f.ruins && slices.Contains(ruinWords, f.r.about(key).squeezed) {
		return text
	}
	return f.r.about(key).class
}

// aboutKey is what a key tells, found out once.
type aboutKey struct {
	key      string
	class    class
	squeezed string
	counts   bool // its values are sizes, times and ids
	person   bool // it names a person
	clean    byte // no rule finds anything in the key itself; a bit for each set of flags of a file
}

// about tells what a key tells.
func (r *Redactor) about(key string) *aboutKey {
	quick := &r.lately[0]
	if n := len(key); n > 0 {
		quick = &r.lately[(uint(n)*7+uint(key[0])*31+uint(key[n/2])*13+uint(key[n-1]))%uint(len(r.lately))]
	}
	if a := *quick; a != nil && a.key == key {
		return a
	}
	a := r.keys[key]
	if a == nil {
		key = strings.Clone(key) // it stood in a text that need not stay for it
		a = &aboutKey{key: key, class: classify(key), squeezed: squeeze(key), counts: counts(key), person: slices.Contains(personWords, strings.ToLower(lastWord(key)))}
		if len(r.keys) < maxKnown && len(key) <= 80 {
			r.keys[key] = a
		}
	}
	if len(key) <= 80 {
		*quick = a
	}
	return a
}

// squeeze gives the key in small letters, without what joins its words.
func squeeze(key string) string {
	var b strings.Builder
	for _, r := range key {
		if r >= 0xFF01 && r <= 0xFF5E { // full width
			r -= 0xFEE0
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func lastWord(key string) string {
	end := len(key)
	for end > 0 && !wordByte(key[end-1]) {
		end--
	}
	i := end
	for i > 0 && wordByte(key[i-1]) {
		i--
		if key[i] >= 'A' && key[i] <= 'Z' && i+1 < end && key[i+1] >= 'a' && key[i+1] <= 'z' {
			break // camelCase
		}
	}
	return strings.ToLower(key[i:end])
}

// benign are words that say how a secret fares and are none.
var benign = wordSet("true false null nil none undefined nan expired invalid missing required empty ok valid revoked rejected refused denied not is was has no yes error failed failure unknown success open opened closed closing start started ended active inactive timeout 过期 已过期 无效 失效 已失效 缺失 为空 错误 正确 不正确 正常 异常")

func isBenign(v string) bool {
	return v == "" || benign()[strings.ToLower(strings.Trim(v, ".,;:!\u3002\uff0c\uff1b\uff1a\uff01"))]
}

// looksSecret tells whether a value is long and mixed enough to be a key.
func looksSecret(v string) bool {
	if len(v) < 16 || strings.ContainsAny(v, " \t") {
		return false
	}
	digit, letter := false, false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			digit = true
		case wordByte(c):
			letter = true
		}
	}
	return digit && letter
}

const surnames = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟黄穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮储靳邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公仉督岳帅缑亢况郈有琴归海晋楚闫法汝鄢涂钦商牟佘佴伯赏墨哈谯笪年爱阳佟言福肖覃仝"

var notNames = wordSet("关闭 应用 通过 连接 终端 边缘 空闲 管理 管理员 平安 高级 成功 安全 相关 安卓 有效 国内 都有 时间 全部 文本 明细 方式 路由 权限 经理 通知 向上 时限 充值 解析 司机 安装 明天 应答 经办 满意 万能 双方 国际 全体 通话 连线 解除")

// looksName tells whether v reads like a Chinese person's name.
func looksName(v string) bool {
	n := utf8.RuneCountInString(v)
	if n < 2 || n > 4 || notNames()[v] {
		return false
	}
	for _, r := range v {
		if !unicode.Is(unicode.Han, r) && r != '·' {
			return false
		}
	}
	first, _ := utf8.DecodeRuneInString(v)
	return strings.ContainsRune(surnames, first) || strings.HasPrefix(v, "欧阳") || strings.HasPrefix(v, "上官") || strings.HasPrefix(v, "诸葛")
}

// common are words under a name key that name nobody.
var common = wordSet("admin administrator root postgres mysql redis nginx daemon mail git jenkins ubuntu debian centos ec2-user runneradmin vscode node www-data nogroup user guest system public default anonymous null none true false unknown undefined test agent visitor client self bot me runner nobody all shared service server network device browser cache permission window sync recall message text image file audio video rich card web app android ios wechat wecom weibo meiqia refused expired healthy explained inconclusive primary contributing pass warn fail skip error trigger dispatch transport admission decision measured stated assumed yes no replied forwarded clicked colleague desktop_web desktop_app mobile_web mobile_app still_visible gone accepted no_answer not_sent 客服 访客 机器人 系统 管理员 匿名 用户 客户 未知 本人 游客")
