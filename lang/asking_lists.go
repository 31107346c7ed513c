package lang

// askingLists are, per language, the words of a question that do not say what
// it is about. Words are given as written; the table normalises them. Elided
// forms stand without their apostrophe, which separates.
var askingLists = map[string]string{
	"en": `what which who whom whose when where why how is are was were be been being am do does did done a an the of in on at
		to for by with from as into about and or if than then it its this that these those there here i you he she we they me my your
		his her our their many much can could would should will shall may might must has have had any some s t d ll re ve m
		please tell give explain mean means definition define`,
	"de": `was welche welcher welches welchen welchem wer wen wem wessen wann wo woher wohin warum wieso weshalb wie womit wofür
		worauf woran ist sind war waren wird werden wurde wurden worden sein hat haben hatte hatten kann können konnte muss müssen
		soll sollen darf dürfen der die das den dem des ein eine einer einem einen eines in im an am auf zu zum zur für von vom mit
		aus bei beim nach über unter um und oder es er sie ich man wir ihr sich als auch so viel viele vielen bitte gibt`,
	"fr": `que quoi quel quelle quels quelles qui quand où pourquoi comment combien est ce sont était étaient été être a ont avait
		avaient fut furent sera le la les l un une des de du d à au aux en dans sur par pour avec sans sous et ou il elle ils elles
		on je tu nous vous se s ne n pas y qu c j m t son sa ses leur leurs cette cet ces peut peuvent doit doivent faut plus t-il`,
	"es": `qué que cuál cuáles quién quiénes cuándo dónde adónde cómo cuánto cuánta cuántos cuántas por para es son era eran fue
		fueron ser está están estaba hay ha han había he el la los las lo un una unos unas de del en a al con sin sobre entre y e o u
		se su sus le les me mi tu yo qué si no puede pueden debe tiene tienen tuvo`,
	"it": `che cosa quale quali chi quando dove perché come quanto quanta quanti quante è sono era erano fu furono essere stato
		stata ha hanno aveva il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai agli alle in nel
		nella nei nelle con su sul sulla per da dal dalla e o si ci non cos c dov qual può possono deve devono`,
	"pt": `que o quê qual quais quem quando onde aonde porque por como quanto quanta quantos quantas é são era eram foi foram ser
		está estão há tem têm tinha a os as um uma uns umas de do da dos das em no na nos nas ao à aos às com sem para pelo pela
		pelos pelas e ou se seu sua seus suas não pode podem deve devem eu me`,
	"nl": `wat welke welk wie wiens wanneer waar waarom hoe hoeveel is zijn was waren wordt worden werd werden heeft hebben had
		hadden kan kunnen kon moet moeten mag mogen de het een van in op aan te tot voor met uit bij naar over om door en of er ik je
		u hij zij ze we men die dat dit deze als dan ook niet`,
	"pl": `co jaki jaka jakie jakich jakim jaką kto kogo komu kim kiedy gdzie skąd dokąd dlaczego czemu jak ile ilu czy czym czego
		który która które których którym którą jest są był była było były być będzie został została zostało zostały ma mają w we z ze
		na do od dla po przez przy o u za nad pod i oraz lub albo się nie to ten ta te tego tej mogę można trzeba`,
	"ro": `ce care cine cui când unde de ce cum cât câtă câți câte este e sunt era erau fost fi a au avea are am o un unei unui al ai
		ale la în din pe cu pentru prin despre sub și sau se să nu că mai cel cea cei cele lui ei lor poate pot trebuie îmi`,
	"tr": `ne nedir neler nelerdir hangi hangisi kim kimdir kimin kime ne zaman nerede nereden nereye neden niçin niye nasıl nasıldır
		kaç kaçtır kaçta mi mı mu mü midir mıdır bir bu şu o ve veya ile için de da ki gibi kadar en daha çok olan olarak oldu olur
		var yok mıyım miyim ben sen biz siz lazım gerekir gerekiyor`,
	"id": `apa apakah siapa siapakah kapan di mana dimana manakah ke dari mengapa kenapa bagaimana bagaimanakah berapa berapakah
		yang adalah ialah itu ini dan atau pada dalam dengan untuk oleh sebagai ada akan telah sudah bisa dapat boleh harus saya kami
		kita anda mereka ia dia nya jika kalau saja para`,
	"vi": `gì nào ai khi đâu ở sao tại vì thế như bao nhiêu mấy là của và hoặc hay có không được bị đã đang sẽ cho với từ đến trong
		trên về các những một cái này đó thì mà ra vào tôi cần phải bằng lúc`,
	"ru": `что чего чему чем какой какая какое какие каких каким какую какого кто кого кому кем чей чья чьё когда где куда откуда
		почему зачем как сколько ли это этот эта эти был была было были быть есть является являются в во на с со к ко по о об от до
		из за для при под над у и или а но не же бы он она они его её их я мы вы можно нужно надо`,
	"el": `τι ποιος ποια ποιο ποιοι ποιες ποιον ποιου πότε πού που γιατί πώς πως πόσο πόσα πόσοι πόσες πόσος πόση είναι ήταν έχει
		έχουν είχε ο η το οι τα τον την του της των τους τις στο στη στην στον στα στις στους σε με από για και ή να θα δεν μη μην
		ένα ένας μια μία αυτό αυτός αυτή ως κατά προς μου μας σας πρέπει μπορώ`,
	"hi": `क्या कौन किस किसने किसे किसका किसकी किसके किसको कौनसा कौनसी कब कहाँ कहां क्यों कैसे कैसा कैसी कितना कितने कितनी है हैं था थे
		थी थीं हो होता होती होते हुआ हुई हुए का के की में से को ने पर और या यह वह ये वे इस उस एक लिए तक भी ही तो कर करना किया गया गई
		गए जाता जाती जाते रहा रही रहे मैं मुझे हम आप चाहिए सकता सकते सकती`,
	"ar": `ما ماذا من متى أين كيف لماذا لم هل كم كان كانت يكون تكون هو هي هم في على إلى عن مع أن إن التي الذي الذين هذا هذه ذلك تلك
		أي أية و أو ثم قد تم بعد قبل بين كل لا ليس منذ حتى عند لدى يمكن يجب اسم`,
	"fa": `چه چیست چی که کی کیست کجا کجاست کدام چرا چگونه چطور چند چقدر آیا است هست بود بودند شد شده می را در به از با برای
		تا و یا این آن یک هم نیز ها های ای کرد کرده کند شود باید توان من ما شما او`,
	"ko": `무엇 무엇인 무엇이 무어 뭐 뭔 무슨 누구 누구인 누가 언제 언제부터 언제까지 어디 어디서 어느 어떤 어떻 어떻게 어때 왜 몇 얼마 얼마나 것 거
		게 건 수 때 등 및 그 이 저 한 하 있 있는 있나 있는지 있습니 있었 되 되는 되어 위해 위한 대해 대한 따른 중 알려 알려줘 주 줘 할 해야 하려면 하면`,
	"ja": `ですか ますか でしょうか ましたか ですか でした とは 何 なに なん どこ いつ 誰 だれ どの どれ どちら どんな なぜ どう いくつ いくら どれくらい
		という である です ます され した する して している いる ある れた った のは には では から まで による において のか もの こと ください 教えて`,
	"zh": `什么 甚么 什麼 哪里 哪裡 哪个 哪些 哪 谁 誰 多少 何时 什么时候 几时 怎么 怎樣 怎样 如何 为什么 为何 几 是 的 了 吗 呢 在 有 被 和 与 或 一个
		请问 可以 需要`,
	"th": `อะไร ใคร ที่ไหน เมื่อไหร่ เมื่อไร เท่าไหร่ เท่าไร อย่างไร ยังไง ทำไม คือ เป็น ของ ที่ ใน และ หรือ ได้ มี การ ความ จาก ไหน ใด กี่ บ้าง
		โดย ให้ กับ ว่า จะ ไม่ ถูก แห่ง ซึ่ง อยู่ ต้อง ครับ คะ ค่ะ ไหม`,
}
