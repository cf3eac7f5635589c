package profile

import (
	"strings"
	"sync"
)

// traditional pairs characters as Taiwan and Hong Kong write them with those of
// the mainland, as far as words about messages, rights, times, connections and
// failures need them. Each pair is of three bytes in UTF-8 on either side, so
// that a text keeps its length.
const traditional = "權权無无訊讯時时間间過过網网絡络線线連连錯错誤误請请試试續续撥拨單单詢询問问訪访戶户號号帳账賬账碼码錄录" +
	"錯错態态狀状變变動动後后會会話话員员組组織织級级別别類类型型圖图視视頻频語语聲声檔档資资訂订標标籤签識识證证" +
	"認认驗验許许該该項项閱阅讀读覽览瀏浏閉闭開开關关啟启禁禁擋挡攔拦絕绝駁驳銷销收收撤撤刪删除除轉转發发傳传" +
	"輸输遞递達达對对雙双應应處处理理執执備备維维護护繁繁頻频擁拥擠挤塞塞暫暂稍稍極极額额數数據据庫库記记憶忆" +
	"載载進进遠远週周逾逾滿满壞坏斷断掉掉離离緩缓慢慢異异質质測测個个們们來来沒没還还這这裡里內内與与從从將将" +
	"為为於于麼么樣样實实際际確确認认當当統统計计設设係系繫系務务業业電电腦脑機机終终端端軟软體体視视窗窗點点" +
	"擊击觸触鍵键鈕钮選选擇择區区域域範范圍围條条規规則则審审覈核編编輯辑簡简繁繁複复復复舊旧換换更更總总經经" +
	"歷历屆届屬属歸归給给導导場场報报幫帮顧顾買买賣卖購购產产現现創创結结約约獲获須须隊队陣阵階阶層层橋桥樓楼" +
	"環环殘残減减準准燈灯強强彈弹陳陈雲云雜杂難难靜静頁页順顺頂顶顯显風风飛飞驅驱體体鎖锁鏈链鐘钟鍾钟長长門门" +
	"閘闸隱隐隨随險险隻只極极樂乐橫横歐欧殼壳氣气決决況况涼凉淨净溝沟滾滚漸渐潛潜灣湾燒烧營营爭争牆墙獨独瑣琐畫画" +
	"疊叠盡尽監监盤盘碩硕礎础禮礼種种稱称穩稳窮穷競竞筆笔節节築筑篩筛紀纪純纯紅红紐纽細细絲丝綁绑綜综緊紧緒绪縮缩" +
	"縱纵罰罚聯联職职聽听舉举蓋盖藍蓝虛虚號号裝装製制覆覆訓训託托訴诉診诊詞词詳详誰谁課课調调談谈論论諮咨謝谢" +
	"護护讓让豐丰負负財财責责貨货貼贴費费賴赖軌轨較较輪轮辦办迴回適适遲迟郵邮鄰邻釋释針针銀银鋪铺鎮镇閃闪陸陆" +
	"雖虽響响頭头預预領领顆颗題题願愿餘余駐驻騰腾驟骤鬆松麗丽齊齐齡龄搶抢損损擇择擔担據据攜携敗败敵敌斬斩查查"

// The block of Unicode that the pairs lie in.
const firstHan, lastHan = 0x4E00, 0x9FFF

var simplified = sync.OnceValue(func() *[lastHan - firstHan + 1]uint16 {
	var out [lastHan - firstHan + 1]uint16
	pair := []rune(traditional)
	for i := 0; i+1 < len(pair); i += 2 {
		out[pair[i]-firstHan] = uint16(pair[i+1])
	}
	return &out
})

// simple gives the mainland's character for a rune, or the rune itself.
func simple(r rune) rune {
	if r < firstHan || r > lastHan {
		return r
	}
	if s := simplified()[r-firstHan]; s != 0 {
		return rune(s)
	}
	return r
}

// Simplified writes a text in the mainland's characters, so that one expression
// reads 無權限 and 无权限. It keeps the length in bytes.
func Simplified(s string) string { return strings.Map(simple, s) }

// simplifiedAll does so for the words and expressions of a profile.
func simplifiedAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = Simplified(s)
	}
	return out
}
