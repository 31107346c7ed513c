package lang

// latinProfiles are the languages told apart in Latin script, in the order in
// which a tie is decided.
var latinProfiles = []profile{
	{
		language: "en",
		words: `what which who whom whose when where why how is are was were be been being do does did done a an the of in on at to
			for by with from as into about and or if than it its this that these those there i you he she we they me my your his her
			our their many much can could would should will shall may must has have had not no but so all any more most some get
			need make work know want find long year after before under over between out up use first if only also best cost during am
			us them him again each another`,
		topics: `average price number name list state city county week month day time meaning definition define types difference phone
			symptoms side effects weather near open close help call file free new old high low good bad used using made world home house
			health water food school card law age rate pay lost`,
		parts: "wh- th- -ing -tion -ght -ough -ness -ment -ship -ed -ly -ck -ies -ous -able -less -ful -ism -ary -ity -ive -ers -ogy -sh -ss -ee wr- kn- sh-",
		prior: .4,
	},
	{
		language: "de",
		words: `was welche welcher welches welchen welchem wer wen wem wessen wann wo woher wohin warum wieso weshalb wie womit wofür
			ist sind war waren wird werden wurde wurden sein hat haben hatte kann können konnte muss müssen soll sollen darf dürfen
			der die das den dem des ein eine einer einem einen eines in im an am auf zu zum zur für von vom mit aus bei beim nach
			über unter um und oder es er sie ich man wir ihr sich als auch so viel viele nicht kein keine aber wenn dass noch nur
			mein meine meinen bekomme gibt lange danach dann dort dabei daher damit dies diese dieser dieses hier jedoch seit wogegen woran worauf wodurch wozu womit welch bedeutet hoch durch gegen ohne zwischen bis mir mich wo beantrage nächste`,
		letters: "äöüß",
		parts:   "-ung -ungen -keit -heit -schaft -lich -isch -ieren -cht sch- ge- -ige -igen -tz -zeit -amt ver- -geld -steuer -karte",
		prior:   .4,
	},
	{
		language: "fr",
		words: `ai as avons avez ont suis es sommes êtes donc alors leur que quoi quel quelle quels quelles qui quand où pourquoi comment combien est ce sont était étaient être a ont avait
			fut sera le la les l un une des de du d à au aux en dans sur par pour avec sans sous et ou il elle ils elles on je tu
			nous vous se s ne n pas y qu c j m son sa ses leur leurs mon ma mes cette cet ces peut peuvent doit doivent faut plus
			mais si quelqu où puis fait faire avoir entre chez aussi très tout tous depuis lequel laquelle dont`,
		letters: "éèêëàâîïôûùçœæÿü",
		parts:   "-tion -ment -eur -eux -eau -aux -ité -ique -oir -aire -ais -ois -ée -és -ées -oi -elle -ier -ière -age",
		seldom:  "kw",
		prior:   .4,
	},
	{
		language: "es",
		words: `qué que cuál cuáles quién quiénes cuándo dónde adónde cómo cuánto cuánta cuántos cuántas por para es son era eran fue
			fueron ser está están estaba hay ha han había he el la los las lo un una unos unas de del en a al con sin sobre entre y
			e o u se su sus le les me mi mis tu tus te yo si no puede puedo pueden debe tiene tienen tuvo más muy pero como cuando
			donde quien esta este esto cada hacer hago necesito tengo hasta desde llama después antes cuesta tarda`,
		letters: "áéíóúñü",
		parts:   "-ción -ciones -dad -miento -ar -ado -ada -ados -idad -ería -ero -ir -illa -illo -gía -cia -os -aje -ente",
		seldom:  "kw",
		prior:   .4,
	},
	{
		language: "it",
		words: `che cosa quale quali chi quando dove perché come quanto quanta quanti quante è sono era erano fu furono essere stato
			stata ha hanno aveva il lo la i gli le l un uno una di del dello della dei degli delle d a al allo alla ai agli alle in
			nel nella nei nelle con su sul sulla per da dal dalla dalle e o si ci non cos c dov qual può posso possono deve devono
			più mio mia anche se ma ho questo questa tra fra serve servono fare devo mi ne cui dopo prima fino senza ogni`,
		letters: "àèéìòù",
		parts:   "-zione -zioni -mento -ità -are -ere -ire -ato -ata -tto -tta -tti -zza -ggio -glia -cchi -cche -anza -enza -ico -ica -llo -gio -rio -ssa",
		seldom:  "jkwxy",
		prior:   .4,
	},
	{
		language: "pt",
		words: `horas abre vou tenho ele ela eles você vocês nós que o quê qual quais quem quando onde aonde porque por como quanto quanta quantos quantas é são era eram foi foram ser
			está estão há tem têm tinha a os as um uma uns umas de do da dos das em no na nos nas ao à aos às com sem para pelo pela
			pelos pelas e ou se seu sua seus suas não pode posso podem deve devem devo eu me meu minha mais mas também muito já até
			isso este esta entre depois fazer faço preciso fica qualquer custa depois num numa lhe`,
		letters: "ãõáâàéêíóôúç",
		parts:   "-ção -ções -dade -mento -ar -ado -ada -eiro -eira -inho -ência -ância -agem -ões -ais -ório -nto -lho -nha -ir",
		seldom:  "kwy",
		prior:   .4,
	},
	{
		language: "nl",
		words: `wat welke welk wie wiens wanneer waar waarom hoe hoeveel is zijn was waren wordt worden werd werden heeft hebben had
			hadden kan kunnen kon moet moeten mag mogen de het een van in op aan te tot voor met uit bij naar over om door en of er
			ik je u hij zij ze we men die dat dit deze als dan ook niet geen mijn nog maar meer veel lang zonder tussen na onder
			tegen deel krijg vraag vind wil doe uw jouw ons hun kost duurt`,
		letters: "ëïéöü",
		parts:   "-eef -oof -eet -eek -ief -iek -uur -ing -heid -ij -lijk -lijke -schap -ijk -aal -een -oor -oot -aan -eren -ijs -ij- ver- ge- -cht -aar -erij -uis -auw -ouw ij- -tie -isch -isten",
		prior:   .4,
	},
	{
		language: "pl",
		words: `co jaki jaka jakie jakich jakim jaką kto kogo komu kim kiedy gdzie skąd dokąd dlaczego czemu jak ile ilu czy czym czego
			który która które których którym którą jest są był była było były być będzie został została zostało zostały ma mają w we
			z ze na do od dla po przez przy o u za nad pod i oraz lub albo się nie to ten ta te tego tej mogę można trzeba muszę
			należy tym już tylko także jego jej ich mnie mi mam bez między przed jeśli żeby aby ale a kosztuje trwa`,
		letters: "ąćęłńóśźż",
		parts:   "-cia -iej -wej -nej -eki -iny -ść -ości -anie -enie -owy -owa -ego -emu -ych -ach -ami -ów -rz -cz -sz prz- szcz- -ski -ska -skie -ować -ić -nia -cja -cji",
		seldom:  "qvx",
		prior:   .4,
	},
	{
		language: "ro",
		words: `merge vrea aveți sunteți ce care cine cui când unde de cum cât câtă câți câte este e sunt era erau fost fi a au avea are am o un unei unui al
			ai ale la în din pe cu pentru prin despre sub și sau se să nu că mai cel cea cei cele lui ei lor poate pot trebuie îmi
			îți mi te mă fără după până între dacă prea foarte acest această acesta face fac decât numai doar din spre peste
			costă durează avem eu tu vreau`,
		letters: "ăâîșțşţ",
		parts:   "-ul -ului -ilor -elor -ea -ția -ție -ții -area -ării -ește -ează -uri -urile -esc -eză -oare -lor -ile -ele",
		seldom:  "kqwy",
		prior:   .4,
	},
	{
		language: "tr",
		words: `günü misiniz mısınız ücretsiz ne nedir neler nelerdir hangi hangisi kim kimdir kimin kime zaman nerede nereden nereye neden niçin niye nasıl nasıldır
			kaç kaçtır kaçta mi mı mu mü midir mıdır bir bu şu o ve veya ile için de da ki gibi kadar en daha çok olan olarak oldu
			olur olmak var yok ben sen biz siz lazım gerekir gerekiyor gerekli sonra önce her hiç ama fakat ise değil yeni büyük
			tarafından nerededir yapılır alınır alabilirim yapmalıyım edilir bana benim kimler şey göre`,
		letters: "çğıöşüâî",
		parts:   "-lar -ler -ları -leri -ların -lerin -lik -lık -luk -yor -iyor -ıyor -dır -dir -mek -mak -nın -nin -ını -ini -sı -si -abilir -ebilir -erim -mış -miş -lır -lir -dan -den -irim -ırım -ürüm -urum -dim -dım -tim -tım -miş -siz -sız -süz -suz -cı -ci -imi -ımı",
		seldom:  "qwx",
		prior:   .4,
	},
	{
		language: "id",
		words: `apa apakah siapa siapakah kapan di mana dimana manakah ke dari mengapa kenapa bagaimana bagaimanakah berapa berapakah
			yang adalah ialah itu ini dan atau pada dalam dengan untuk oleh sebagai ada akan telah sudah bisa dapat boleh harus
			saya kami kita anda mereka ia dia kalau jika saja tidak juga cara lebih orang karena setelah sebelum hari lama para
			ingin mau punya tanpa antara sampai hingga bukan belum masih agar bagi secara sangat oleh jam syarat`,
		parts:  "-nya -kan -an meng- mem- men- pem- peng- pen- ber- ter- per- di- ke- -kah -lah",
		seldom: "qxvz",
		prior:  .4,
	},
	{
		language: "vi",
		words: `gì nào ai khi đâu ở sao tại vì thế như bao nhiêu mấy là của và hoặc hay có không được bị đã đang sẽ cho với từ đến trong
			trên về các những một cái này đó thì mà ra vào tôi cần phải bằng lúc làm người để nước năm ngày việc nhà thể bạn
			cách lâu nhất sau trước theo tiền giờ lại đi xe mất đăng ký thuế bảo hiểm giấy tờ muốn nếu cũng rất nên hơn chỉ`,
		letters: "àáâãèéêìíòóôõùúăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳýỵỷỹ",
		parts:   "ng- nh- kh- tr- ph- -nh -ng",
		seldom:  "fjwz",
		prior:   .4,
	},
	{
		language: "sv",
		words: `vad vilken vilket vilka vem vems när var varför hur är och att det som en ett den de på av för med till från om inte
			har hade kan ska skall måste får jag du han hon vi ni sig sin sitt mitt min mycket många man men eller så efter under
			över utan mellan där då blir blev också finns gör kostar i`,
		letters: "åäöé",
		parts:   "-ing -ning -het -lig -lagen -erna -arna -orna -skt -ande -tion -ngs",
		seldom:  "qwz",
	},
	{
		language: "da",
		words: `hvad hvilken hvilket hvilke hvem hvis hvornår hvor hvorfor hvordan er og at det som en et den de på af for med til fra om
			ikke har havde kan skal må får jeg du han hun vi i sig sin sit mit min meget mange man men eller så efter under over
			uden mellem der da bliver blev også findes gør koster af ud op`,
		letters: "åæøé",
		parts:   "-ing -ning -hed -lig -erne -else -tion -ende -kken -øre",
		seldom:  "qwxz",
	},
	{
		language: "no",
		words: `hva hvilken hvilket hvilke hvem når hvor hvorfor hvordan er og at det som en et ei den de på av for med til fra om ikke
			har hadde kan skal må får jeg du han hun vi dere seg sin sitt mitt min mye mange man men eller så etter under over uten
			mellom der da blir ble også finnes gjør koster fram bare i ut opp mitt`,
		letters: "åæøé",
		parts:   "-ing -ning -het -lig -ene -else -sjon -ende -ker -øre",
		seldom:  "qwxz",
	},
	{
		language: "fi",
		words: `mikä mitä mitkä missä mistä mihin milloin miksi miten kuka kenen ketä kuinka paljon monta onko on ovat oli olivat ei ja
			tai että se ne tämä jos kun kuin voi voiko voin saa saako minä sinä hän me te he minun joka jotka mutta myös sekä ole
			pitää täytyy kanssa jälkeen ennen ilman millainen kauanko`,
		letters: "äöå",
		parts:   "-ssa -ssä -sta -stä -lla -llä -lle -ksi -inen -sen -den -tta -ttä -aan -een -minen -uus -yys",
		seldom:  "qwxzcbf",
	},
	{
		language: "cs",
		words: `co jaký jaká jaké jakým kdo koho komu kdy kde kam odkud proč jak kolik zda který která které kteří je jsou byl byla bylo
			byly být bude má mají v ve z ze na do od pro po přes při o u za nad pod i nebo se si ne to ten ta tento mohu může musím
			je já my vy on ona už jen také jeho její bez mezi před že aby ale a s k stojí jsem`,
		letters: "áčďéěíňóřšťúůýž",
		parts:   "-ní -ost -osti -ého -ému -ých -ový -ová -ství -ování -ský -ská -ské -ích",
		seldom:  "qwx",
	},
	{
		language: "sk",
		words: `čo aký aká aké akým kto koho komu kedy kde kam odkiaľ prečo ako koľko či ktorý ktorá ktoré je sú bol bola bolo boli byť
			bude má majú v vo z zo na do od pre po cez pri o u za nad pod i alebo sa si nie to ten tá tento môžem môže musím ja my
			vy on ona už len tiež jeho jej bez medzi pred že aby ale a s k som`,
		letters: "áäčďéíľĺňóôŕšťúýž",
		parts:   "-nie -osť -ého -ému -ých -ový -ová -stvo -ovanie -ský -ská",
		seldom:  "qwx",
	},
	{
		language: "hu",
		words: `mi mit milyen melyik melyek ki kit kinek mikor hol hova honnan miért hogyan hány mennyi meddig van vannak volt voltak lesz
			a az egy és vagy is nem hogy ez azt ezt ha de csak már még meg el fel le kell lehet tud én te ő mi ti ők mint után
			előtt nélkül alatt szerint között számára kerül`,
		letters: "áéíóöőúüű",
		parts:   "-ság -ség -ban -ben -nak -nek -ból -ből -hoz -hez -tól -től -val -vel -ban -ás -és -ott -ett -nál -nél",
		seldom:  "qwx",
	},
	{
		language: "hr",
		words: `što šta koji koja koje kojim tko ko koga kome kada gdje gde odakle zašto kako koliko li je su bio bila bilo bili biti će
			ima imaju u iz na do od za po kroz pri o i ili se ne to taj ta ovaj mogu može moram treba ja mi vi on ona već samo
			također njegov njen bez između prije pre da ali a s sa k sam nije`,
		letters: "čćđšž",
		parts:   "-anje -enje -ost -osti -ski -ska -sko -nja -ije -ova -ovi -ama -ima",
		seldom:  "qwxy",
	},
	{
		language: "ca",
		words: `què que quin quina quins quines qui quan on com quant quants per perquè és són era eren fou ser està hi ha han el la els
			les l un una uns unes de del dels d en a al als amb sense sobre entre i o es seu seva puc pot poden cal té tenen més
			molt però aquest aquesta meu meva jo no si fins des després`,
		letters: "àçèéíïòóúü",
		parts:   "-ció -cions -tat -ment -ar -at -ada -ats -ència -atge -ny -ll",
		seldom:  "kw",
	},
	{
		language: "sw",
		words: `nini nani lini wapi kwa nini vipi gani ngapi ni na ya wa za la cha vya kwa katika ili au je kuwa hii hiyo huu hilo mimi wewe
			yeye sisi wao yangu yako yake lakini kama baada kabla bila kuhusu jinsi namna sana pia tu mtu watu`,
		parts:  "wa- ku- ki- vi- ma- ni- ana- -isha -wa -ni",
		seldom: "qx",
	},
	{
		language: "tl",
		words: `ano sino kailan saan bakit paano magkano ilan alin ang ng sa mga na ay at o ko mo niya namin natin nila ako ikaw siya kami
			tayo sila ito iyan iyon hindi may mayroon ba po para kung pero lang din rin dapat pwede kailangan`,
		parts:  "mag- nag- pag- ka- -an -ng",
		seldom: "qxvzjcf",
	},
}
