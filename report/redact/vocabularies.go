package redact

import "strings"

// Vocabularies of others: what standards, agencies and habits of a country call
// the fields that hold what tells of a person. Most keys are told by their
// words; here are those whose words alone say something else, or nothing.
func vocabularies() map[class]string {
	return map[class]string{
		// HL7 v2 and FHIR, DICOM, LDAP (RFC 4519, RFC 2798), EXIF and XMP, OOXML,
		// and pinyin, as old forms of ASP and PHP have it.
		name: "familyname middlename maidenname christianname birthname personname legalname linkman gecos " +
			"samaccountname userprincipalname ntaccount sipuser sipusername xpauthor byline lastmodifiedby lastsavedby ownersname " +
			"zhenshixingming yonghuming nicheng lianxiren lianxirenxingming kehuxingming shoujianren shouhuoren fajianren chengkexingming huzhu yezhu chengkeren " +
			"患者姓名 主治医师 主管护师 班主任 监护人 驾驶人 车主姓名 入住人 住客 旅客姓名 乘机人 乘车人 被保人 受益人 借款人 担保人 债务人 出租人 承租人 租客 法定代表人 法人代表 参保人 考生 应聘者 候选人 作者姓名 投递员 司机姓名 户主姓名 ",
		thing: "sn family given surnames patient doctor physician nurse author artist creator editor copyright lianxi kehu 作者 老师 教师 医生 医师 护士 父亲 母亲 配偶 骑手 快递员 学员 房东 驾驶员 医生姓名 拍摄者 摄影师 编辑者 版权 版权所有",
		phone: "homephone workphone officephone telephonenumber facsimiletelephonenumber pager faxnumber phonehome phonebusiness lianxidianhua dianhuahaoma shoujihao shoujihaoma lianxifangshi lxfs handphone whatsappnumber contactno contactnumber callerid callerno calledno callingnumber callednumber ani dnis callingparty calledparty 主叫 被叫 主叫号码 被叫号码 来电号码 去电号码 紧急联系电话",
		idCard: "socialsecurity socialsecurityno socialsecuritynumber socialinsurance socialinsuranceno socialno sbh sbkh ybkh yibaokahao medicalcard medicalcardno medicalinsurance medicalinsuranceno medicareno medicarenumber healthcard healthcardno healthinsuranceno insuranceno insurancenumber insuredno driverlicense driverslicense driverlicence driverslicence drivinglicense drivinglicence driverlicenseno driverlicencenumber driverlicensenumber driverslicensenumber drivinglicenseno drivinglicencenumber dlno dlnumber residencepermit residencepermitno taiwanpermit militaryid militaryno officerno householdno hukou nationalid nationalidno nationalidnumber nationalno citizenid citizenno personalid personalidnumber governmentid govid aadhaar aadhar hkid nric mykad cpf dni curp nhsnumber nin mrn patientid patientno medicalrecordno medicalrecordnumber inpatientno outpatientno visano visanumber travelpermit travelpermitno foid identitydocid idnum shenfenzhenghao shenfenzhenghaoma sfz sfzhaoma zhengjianhao zhengjianhaoma jiashizheng " +
			"社会保障号 社会保障号码 社会保障卡号 社保编号 个人社保号 参保号 参保编号 医保号 医保编号 医疗保险号 医保卡 社保卡 公民身份号码 公民身份证号 居民身份证 居民身份证号 就诊卡 就诊卡号 诊疗卡号 健康卡号 病案号 驾照 驾照号 驾照号码 驾驶证档案编号 驾驶证编号 档案编号 执业证号 准考证号 考生号 士兵证 士兵证号 警官证 警官证号 签证号 签证号码 出生证号 结婚证号 房产证号 不动产权证号 保单号 学生证号 户口本 户口簿号 居住证 居住证号",
		card:     "iban bban ibannumber acctnumber acctnum debitcard creditcardno creditcardnumber debitcardno payeraccount payeeaccount yinhangka yinhangkahao kaihuzhanghao gongjijin fundaccount 公积金账号 公积金号 借记卡 借记卡号 结算账号 付款账号 收款账户 付款账户 银行账户",
		place:    "homepostaladdress postaladdress registeredaddress mailingaddress permanentaddress residentialaddress currentaddress zhuzhi jiatingzhuzhi tongxundizhi xiangxidizhi shouhuodizhi shoujiandizhi streetaddress addressline addressline1 addressline2 户口所在地 户口地址 现住址 居住地址 通信地址 邮寄地址 常住地址 取件地址 寄件地址 收件地址 房屋坐落",
		plateNo:  "carlicense carlicence chepai chepaihao cph cphm vehicleplate registrationplate vrn numberplate",
		birth:    "birthtime bday chushengriqi csrq shengri patientbirthdate",
		geo:      "gpslatitude gpslongitude gpsposition gpscoordinates gpslocation gpsinfo gpsdestlatitude gpsdestlongitude locationiso6709 geopoint geolocation latlon latlong lonlat 拍摄地点 拍摄位置 定位 坐标 gps gps坐标 位置坐标",
		deviceID: "deviceno deviceidentifier bodyserialnumber internalserialnumber lensserialnumber cameraserialnumber cardserialno ccid esn hwid machineid hardwareid",
		wifi:     "ssidstr ssidname wirelessname wlanssid wlanname 无线网络名称 网络名称 热点名称",
		// Keys of wireless networks (netsh, wpa_supplicant, Android, hostapd, OpenWrt),
		// of second factors, of cards, and in pinyin.
		pass: "keymaterial keycontent wifikey wlankey networkkey networksecuritykey presharedkey wepkey wepkey0 wepkey1 wepkeys wpakey wpapassphrase saepassword wirelesskey wlanpassword userpassword unicodepwd sambantpassword sambalmpassword krbprincipalkey " +
			"cvv cvc cvv2 cvc2 cvn2 cardpin pincode paypin atmpin simpin puk puk1 puk2 yhmm dlmm zhifumima denglumima yonghumima 关键内容 网络安全密钥 安全密钥 无线密码 wifi密码 安全码 取款密码 查询密码 交易密码",
		secret: "recoverycode recoverycodes recoverykey backupcode backupcodes backupkey scratchcode scratchcodes emergencycode emergencycodes onetimecode onetimecodes twofactorsecret twofactorcode totpsecret otpsecret otpseed totpseed otpkey totpkey mfasecret mfaseed mfacode googleauthenticatorsecret twofasecret seedphrase mnemonic mnemonicphrase pairingcode unlockcode bitlockerkey bitlockerrecoverykey filevaultkey filevaultrecoverykey productkey licensekey serialkey cdkey activationcode devicepin " +
			"恢复码 恢复代码 恢复密钥 备用码 备用验证码 备份码 备份代码 应急码 救援代码 一次性密码 一次性代码 助记词 激活码 产品密钥 解锁码 配对码 绑定密钥 设置密钥",
		text: "liuyan liuyanneirong neirong feedbackcontent complaintcontent evaluatecontent evaluationcontent commentcontent commenttext reviewcontent reviewtext usermessage visitormessage customermessage formattedbody lctext pushcontent pushtext " +
			"评价 评价内容 评论 评论内容 反馈内容 投诉内容 意见建议 诉求 诉求内容 工单描述 工单内容 问题描述 主诉 现病史 既往史 病情描述 咨询内容 留言内容 满意度评价",
		qq: "qqhao qqhaoma",
		wx: "weixinhao wxh weixinzhanghao",
	}
}

// roles are what somebody is in whose name a field is: patient_name, driverName.
var roles = wordSet("patient doctor physician nurse surgeon dentist pharmacist therapist student pupil teacher tutor coach parent guardian child spouse husband wife father mother son daughter kin passenger traveler traveller guest lodger tenant landlord driver rider courier captain crew pilot member employee worker colleague boss manager leader director principal secretary candidate applicant interviewer interviewee caller callee signer signatory buyer seller purchaser consumer shopper subscriber insured insurer policyholder beneficiary debtor borrower lender guarantor creditor depositor remitter drawer donor author artist creator editor owner shipper consignor consignee recipient receiver sender addressee visitor customer client agent contact person people family given christian middle maiden nick real legal full true native chinese english pinyin player winner voter witness plaintiff defendant lawyer attorney judge officer reporter inspector operator requester submitter approver reviewer assignee respondent complainant referrer inviter invitee friend teammate holder account card emergency delegate representative speaker presenter host")

// rolesOfPrograms are roles that parts of programs play, too: under those, only
// what reads like a Chinese name is one.
var rolesOfPrograms = wordSet("driver parent child worker manager member owner player speaker host native card agent client leader judge editor captain inspector reporter creator author artist english display account person people legal group director presenter delegate pilot")

// ofOthers adds the words of those vocabularies to the keys.
func ofOthers(exact map[string]class) map[string]class {
	for c, list := range vocabularies() {
		for _, w := range strings.Fields(list) {
			if _, known := exact[w]; !known {
				exact[w] = c
			}
		}
	}
	for w := range roles() {
		for _, end := range [...]string{"name", "sname", "fullname"} {
			if _, known := exact[w+end]; known {
				continue
			}
			if exact[w+end] = name; rolesOfPrograms()[w] {
				exact[w+end] = thing
			}
		}
	}
	delete(exact, "hostname")
	return exact
}
