package lang

import (
	"strings"
	"sync"
)

// Characters that tell Japanese from Chinese where there are no kana to do so.
const (
	// hanJapanese are forms that Japan simplified on its own, and characters
	// made in Japan: neither mainland nor Taiwanese Chinese writes them.
	hanJapanese = `亜悪圧囲壱稲営栄駅円塩縁艶応桜穏仮価絵壊懐拡殻覚楽巻関歓観顔帰気亀戯犠拠挙挟狭郷暁勲薫径恵掲渓経蛍軽継鶏芸撃
		倹剣圏検権県険顕験厳広効鉱黒砕済斎剤雑桟賛歯児実釈収従渋獣縦粛処焼証奨乗浄剰畳縄壌嬢譲醸粋酔穂髄瀬斉摂専戦銭
		繊捜挿巣総聡荘騒増臓蔵続対帯択沢単団弾遅鋳庁聴勅逓鉄転伝闘徳読悩脳覇廃拝売発髪抜浜払仏辺変弁舗豊
		毎黙訳薬予揺様謡頼覧竜両猟緑塁霊齢労録込畑働峠枠栃匂辻榊凪笹塀搾喰凧畠躾雫鰯々戻姫渉歩涙徴説鋭悦閲産戸呉晩隣隠図`
	// hanChinese are forms of the mainland or of Taiwan that Japan does not
	// write, and characters of the spoken language.
	hanChinese = `个从众业东丝两严丧丰临为丽举么义乌乐乔习乡书买于亏亚产亩亲亿仅仓仪们价优伟传伤伦伪侠侦侧侨债倾偿储儿兰关兴养兽冈军农冯
		冻净凉凤凭凯击凿刘则刚创删剂剑剧劝办务动劲劳势勋华协单卖卢卫厂厅历厉压厌厕厦厨县发变叹吓启吴员响哑唤团园围图圆圣场坏块坚坛坟坠
		垄垒垦垫墙壳处备够头夹夺奋奖妆妇妈娱婴孙宁实审宪宫宽宾对寻导尔尘尝层岁岂岗岛岭币帅师帐帮库应庙庞废开异弃张弯弹归录彻忆忧怀态
		怜总恳恶恼悬惊惧惩惯愤愿懒戏战户扑执扩扫扬扰抚抛抢护报拟拥拦择挡挣挤挥损捡掷摄摆摇摊敌斩时旷显晋晒晓晕暂术机杀杂权杨极构枪柜
		标栈栋栏树样档桥梦检欢毕毙气汇汉汤沟泪泽洁洒浇浊测济浏浑浓涛润涨渊渐渔溃满滚滤滥滨灭灵灾烂烛烦烧热爱爷牵犹狱狮猎猪环现畅疗
		疯盐监盖盘矿码砖础硕确碍种积稳穷竞笔签简粮紧纠红纤约级纪纯纱纲纳纵纷纸纹纺线练组细织终绍经结绕绘给络绝统继绩绪续维绵综绿缓编
		缘缩缴网罗罚罢职联聪肃肠肤肿胀胁胜脏脑脚脸腾舰艳艺节芦苏苹荐荡荣药莲获营萧蒋蓝虑虽虾补袜裤见观规视览觉订认讨让训议讯记讲许论
		设访证评识诉词译试诗诚话询该详语误说请诸诺读课谁调谅谈谋谓谢谱负贡财责败货质贩贪购贫贯贴贵贷贸费贺贼资赋赌赏赐赔赖赚赛赞赠赢赵赶
		趋跃车轨转轮软轻载较辅辆辈辉输边达迁过迈运还这进远违连迟选递逻遗邓邮邻郑酱释针钉钓钟钢钥钱铁铃铅铜银铺链销锁锅锋错锦键锻镇镜长
		门闭问闯闲间闹闻阅阔队阳阴阵阶际陆陈险隐难雾页顶项顺须顾顿预领颇频题颜额风飘飞饭饮饰饱饼饿馆马驱驳驶驻驾骂骄验骑骗鱼鲁鲜鸟鸡鸣鸭
		鸿鹰齐齿龄龙
		們這國會學醫號體區點當來參雙臺聲屬數斷條狀禮餘寫濕獨稱爭畫舊黨擔麥亂壽萬與晝寶盡發變單圖團圍處實專將對應擇據擴戰戲戶敘歲歷歸殘
		氣沒淚淺濟濱灣營爐獎獸產盜眾稅稻穩竊經綠緣總縣縱繼續纖聽肅脫腦臟藝藥蟲裝裡覺覽觀觸證譯譽讀讓豐賣贊踐轉輕辦辭邊釋錄錢鐵關
		隱雜靈靜顏顯餐驅驗驛髮鬥鹽麼黃黑齊齒齡龍龜吳啟溫說
		嗎吗呢哪你妳您她它個什甚怎吧啊很吃喝找把跟没`
	// hanSimplified are written in Japan and on the mainland but not in Taiwan,
	// hanTraditional in Japan and in Taiwan but not on the mainland: a text with
	// both is Japanese.
	hanSimplified  = `国会学医号体区点当来参双台声属数断条状礼余写湿独称争画旧党担麦乱寿万与昼宝尽堕滞蛮誉励楼惨残枢潜禅盗浅践届装内温横黄`
	hanTraditional = `時間東車門開長馬鳥魚見語話請認計記訪問題類預頭額風飛館飲動務員書買貸費質負財貨販電線紙給級紅約結絡終細組統緊練習義機業極構
		無熱現異療種積競筆節範築簡納純紹織維網績編縮職臨興華葉補製複規親討訓設許訴診詞試詩該詳誌誕誘誠誤課調談論講謝識警議護貢貧貯貴
		賀賃資賞質購贈軍軟載輪輸農運過達違遠適選遺郵針銀銅鋼鍵鏡閉陽際陸隊階難離順領飯養駐騎鮮鳴麗場報導師帳幹張強彈後復從進連週遊還島鎮諸穀為偽`
)

// Words of headings and short questions that are all Han.
var (
	hanJapaneseWords = strings.Fields(`方法 手続 料金 申込 一覧 住民票 市役所 区役所 保険 免許 日本 東京 大阪 京都 札幌 福岡 株式会社 意味 確定申告 年末調整
		源泉 郵便 切符 病院 口座 振込 支払 給料 残業 有給 休暇 問合 届出 窓口 駐車場 定休日 予約 祝日 時刻表 天気 予報 首相 平均年齢 年金 扶養 控除 送料 返品 場所 番号
		最寄 交通費 通勤 書類 世帯 在留 役所 受付`)
	hanChineseWords = strings.Fields(`什么 什麼 怎么 怎麼 如何 多少 哪里 哪裡 为什么 為什麼 为何 何时 多久 需要 可以 医院 銀行 银行 地铁 捷運 高铁 身份证 护照 護照 户口 簽證
		签证 社保 是否 是 在 的 了 有 不 我 他 们 和 能 就 要 去 到 也 被`)
)

// hanLanguage decides between Japanese and Chinese for text without kana.
// What is undecided is Chinese, which has no other script.
func hanLanguage(text string) string {
	japanese, simplified, traditional := 0.0, 0.0, 0.0
	forms := hanForms()
	for _, r := range text {
		switch forms[r] {
		case formJapanese:
			japanese++
		case formChinese:
			japanese--
		case formSimplified:
			simplified++
		case formTraditional:
			traditional++
		}
	}
	japanese += min(simplified, traditional)
	for _, word := range hanJapaneseWords {
		japanese += .7 * float64(strings.Count(text, word))
	}
	for _, word := range hanChineseWords {
		japanese -= .4 * float64(strings.Count(text, word))
	}
	if japanese > 0 {
		return "ja"
	}
	return "zh"
}

// form tells which countries write a character.
type form uint8

const (
	formJapanese form = iota + 1
	formChinese
	formSimplified
	formTraditional
)

var hanForms = sync.OnceValue(func() map[rune]form {
	forms := map[rune]form{}
	for _, list := range []struct {
		form  form
		chars string
	}{
		{formTraditional, hanTraditional},
		{formSimplified, hanSimplified},
		{formJapanese, hanJapanese},
		{formChinese, hanChinese},
	} {
		for _, r := range list.chars {
			forms[r] = list.form
		}
	}
	return forms
})
