package lang

import (
	"strings"
	"sync"
)

// abbreviations are those of one language, in small letters and without the
// last full stop.
type abbreviations struct {
	goesOn   map[string]bool // something always follows
	mayEnd   map[string]bool // a capital after it starts a sentence
	numbered map[string]bool // an abbreviation only where a number follows
	starters map[string]bool // function words
}

func (a abbreviations) has(token string) bool {
	token = strings.ToLower(token)
	return a.goesOn[token] || a.mayEnd[token]
}

// abbreviationList is how the abbreviations of a language are written down.
type abbreviationList struct{ goesOn, mayEnd, numbered string }

// commonAbbreviations hold in any language.
var commonAbbreviations = abbreviationList{
	goesOn:   `dr prof mr mrs ms e.g i.e vs cf st ing dipl rev gen col hon tel fax`,
	mayEnd:   `etc inc ltd corp co jr sr al ph.d`,
	numbered: `no nos nr art fig p pp vol cap sec § tab`,
}

var abbreviationLists = map[string]abbreviationList{
	"en": {
		goesOn: `mr mrs ms messrs dr prof rev hon gen col lt sgt capt cmdr adm gov sen rep pres st mt ft e.g i.e viz vs cf approx est ca c
			dept univ assn ave blvd incl excl ext tel jan feb aug sept oct nov dec resp`,
		mayEnd:   `etc inc ltd corp co llc plc jr sr bros al a.m p.m am pm ph.d m.d b.a m.a b.c a.d d.c`,
		numbered: `no nos art arts fig figs p pp vol vols ch sec secs para paras cl reg eq ref app ed sched tbl jun jul mar apr`,
	},
	"de": {
		goesOn: `dr prof hr fr frl dipl ing med jur phil z.b d.h u.a o.ä u.u i.d.r v.a s.o s.u o.g m.e z.t i.a i.v a.d b.d bzw ca evtl ggf inkl
			exkl zzgl einschl insb vgl bspw sog gem lt max min mind ges gest geb verh st tel str mio mrd mo di mi do sa so jan feb apr
			aug sept okt nov dez zw urspr allg bes dgl resp entspr`,
		mayEnd:   `usw etc u.ä u.dgl u.s.w ff co inc jh jhd jhdt z.zt uvm u.v.m`,
		numbered: `nr nrn abs art s ziff kap bd abb tab aufl anm rn rz lit § pos hs buchst`,
	},
	"fr": {
		goesOn:   `m mm mme mmes mlle mlles me dr pr st ste p.ex ex env c.-à-d cf av boul bd apr j.-c réf tél max min not adj dir resp janv févr avr juil sept oct nov déc`,
		mayEnd:   `etc s.a s.a.r.l cie sté`,
		numbered: `art al n no nos p pp chap vol fig tab éd §`,
	},
	"es": {
		goesOn: `sr sra sres srta dr dra drs prof d dña dn ud uds vd vds lic ing arq gral cnel cap p.ej ej ee av avda avd c ctra pza pl
			aprox máx mín tel tfno tlf dpto depto admón excmo excma ilmo hnos rte sto sta s.m p.d vol`,
		mayEnd:   `etc s.a s.l s.a.u ee.uu ee uu cía ltda jr a.c d.c a.m p.m rr.hh jj.oo ff.aa`,
		numbered: `art arts núm núms n no pág págs p pp cap fig inc apdo párr vol ap`,
	},
	"it": {
		goesOn: `sig sigg sigra sig.ra sig.na dott dott.ssa dr prof prof.ssa avv ing arch geom rag on sen gen col mons es p.es ad.es cfr ca
			circa tel v.le p.zza c.so l.go fraz s ss spett egr gent pres max min`,
		mayEnd:   `ecc etc s.p.a s.r.l s.n.c a.c d.c u.s`,
		numbered: `art artt n nn nr num pag pagg p pp cap fig vol co comma lett all`,
	},
	"pt": {
		goesOn: `sr sra srs sras srta dr dra drs dras prof profa profª eng arq d exmo exma ilmo ilma p.ex ex av r al tv pça rod tel aprox
			máx mín gen cel des sto sta min`,
		mayEnd:   `etc s.a ltda cia lda jr a.c d.c e.u.a eua`,
		numbered: `art arts n nº núm pág págs p pp cap fig inc vol al par`,
	},
	"nl": {
		goesOn: `dhr mevr mw mr drs dr ir ing prof ds bijv bv d.w.z m.a.w o.a i.p.v t/m z.g.n a.u.b i.v.m m.b.t t.a.v n.a.v o.l.v t.o.v t.b.v
			ca incl excl max min tel vgl resp st zgn evt wo gem verg`,
		mayEnd:   `enz etc e.d e.a b.v n.v jr`,
		numbered: `nr nrs art blz p pag afb hfst par lid tab`,
	},
	"pl": {
		goesOn: `dr hab prof mgr inż lek płk gen ks św ul al pl os m.in np tj tzw tzn ok ob im por wg woj zob pt pn jw ww min maks tel fax
			godz pow gm kol red śp ss`,
		mayEnd:   `itd itp etc r w zł gr tys mln mld s.a sp.k n.e p.n.e in`,
		numbered: `nr art ust pkt poz s str t rys tab rozdz par lit § zał`,
	},
	"ro": {
		goesOn: `dl dna dna d-l d-na d-ra dr prof ing ec av jud str bd bdul bl sc ap et sf d.e de ex p.ex dvs adică cca aprox tel min max
			univ gen col acad conf lect mun com`,
		mayEnd:   `etc ș.a ş.a ș.a.m.d s.a s.r.l î.hr d.hr i.hr lei`,
		numbered: `nr art alin lit pct p pag cap fig vol anexa`,
	},
	"tr": {
		goesOn: `dr prof doç yrd öğr gör arş av müh mim uzm alb yrb bnb yzb tğm org kor tüm gen hz sn bkz örn krş yak vd ort mah cad sok sk
			blv bul apt kat tel min maks st md.lüğü alm ing fr osm ar`,
		mayEnd:   `vb vs vd vdğ vbg a.ş ltd şti t.c m.ö m.s s.s yy`,
		numbered: `no nu s sf sayfa md bl böl c cilt şek tab f`,
	},
	"id": {
		goesOn:   `dr drs dra prof ir hj h jl jln gg kab kec kel ds mis a.n u.b u.p s.d d.a tn ny sdr yth bpk st tgl telp tlp kpd rp ttd alm`,
		mayEnd:   `dll dsb dst tbk s.h s.e m.si s.pd s.t m.m m.h s.kom ph.d s.ag`,
		numbered: `no nmr hal hlm ps art bab ay gbr tab vol cet`,
	},
	"vi": {
		goesOn:   `ths ts gs pgs bs cn ks tp tx tt q p h x đ ông vd tr.cn nxb đt tel st v.d`,
		mayEnd:   `v.v vv tcn scn`,
		numbered: `tr số điều khoản hình bảng q t`,
	},
	"ru": {
		goesOn: `т.е т.к т.н т.о т.п н.э им ул пр просп пер пл наб бул д корп стр кв обл р-н г гр проф акад доц к.т.н д-р м-р см ср напр
			тел факс руб ок св мин макс тов инж зам зав англ нем фр лат греч т`,
		mayEnd:   `т.д т.п др пр гг вв г в млн млрд тыс руб коп н.э чел шт`,
		numbered: `ст п пп ч гл рис табл с стр № разд абз подп кв вып`,
	},
	"el": {
		goesOn:   `π.χ δηλ βλ κ κα κος κ.α σ.σ τηλ αρ λεωφ οδ πλ αγ δρ καθ π.δ ν.δ υπ αριθ περ κεφ παρ σελ εκατ δισ`,
		mayEnd:   `κ.λπ κλπ κ.ά κ.ο.κ α.ε ο.ε ε.π.ε μ.μ π.μ μ.χ`,
		numbered: `άρθ αρ παρ εδ σελ αρθρ εικ πίν ν τ`,
	},
	"hi":  {goesOn: `डॉ डा प्रो श्री सुश्री रु कि.मी मि.ली सं पं स्व क्र ई.पू मो ले लि से.मी`, numbered: `नं सं पृ`},
	"mr":  {goesOn: `डॉ प्रा श्री सौ रु कि.मी क्र इ.स पं मा`, numbered: `क्र नं पृ`},
	"bn":  {goesOn: `ড ডা ডঃ প্রফেসর মো মোঃ মি কি.মি`, numbered: `নং`},
	"ar":  {goesOn: `د أ م أ.د ا.د ص.ب ص ت ج هـ ق.م`, mayEnd: `إلخ الخ`, numbered: `ص ج م ت`},
	"fa":  {goesOn: `دکتر ص ج ر.ک ق.م ه.ش م ه`, mayEnd: `غیره`},
	"uk":  {goesOn: `т.зв ім вул пров пл буд кв обл м р-н проф акад доц див напр тел грн тов`, mayEnd: `т.д т.п ін рр ст р тис млн млрд грн`, numbered: `ст п ч гл рис табл с №`},
	"bg":  {goesOn: `т.е т.нар ул бул пл гр с обл проф доц инж д-р вж напр тел лв св`, mayEnd: `т.н др г лв хил млн млрд`, numbered: `чл ал т стр с фиг табл №`},
	"sv":  {goesOn: `t.ex bl.a d.v.s dvs s.k m.fl ca resp inkl exkl tel kl dr prof st f.d`, mayEnd: `m.m osv etc kr`, numbered: `nr s kap § art`},
	"da":  {goesOn: `f.eks bl.a dvs d.v.s ca inkl ekskl tlf kl dr prof hr fru st evt pga`, mayEnd: `m.m osv etc mv kr`, numbered: `nr s kap stk §`},
	"no":  {goesOn: `f.eks bl.a dvs ca inkl ekskl tlf kl dr prof st evt pga`, mayEnd: `m.m osv etc mv kr`, numbered: `nr s kap §`},
	"cs":  {goesOn: `např tzv tj tzn mj ing mgr bc mudr judr dr prof doc ul nám č čp tel cca popř resp sv`, mayEnd: `atd apod aj kč hod r`, numbered: `č str s čl odst písm kap obr tab §`},
	"hu":  {goesOn: `dr prof pl ill kb ún ált id ifj özv u vö tel ld`, mayEnd: `stb st ft kft rt zrt nyrt`, numbered: `sz o old § bek`},
	"fi":  {goesOn: `esim ns mm ks vrt n tri prof puh os klo`, mayEnd: `jne ym yms eKr jKr oy`, numbered: `s nro § kpl`},
	"und": {},
}

// abbreviationsOf returns the abbreviations of a language with the common ones.
func abbreviationsOf(language string) abbreviations {
	table := abbreviationTable()
	if a, ok := table[language]; ok {
		return a
	}
	return table[undetermined]
}

var abbreviationTable = sync.OnceValue(func() map[string]abbreviations {
	starters := map[string]map[string]bool{}
	for _, profiles := range [][]profile{latinProfiles, cyrillicProfiles, arabicProfiles, devanagariProfiles} {
		for _, p := range profiles {
			starters[p.language] = wordSet(unify(p.words))
		}
	}
	table := make(map[string]abbreviations, len(abbreviationLists))
	for language, list := range abbreviationLists {
		table[language] = abbreviations{
			goesOn:   wordSet(commonAbbreviations.goesOn, list.goesOn),
			mayEnd:   wordSet(commonAbbreviations.mayEnd, list.mayEnd),
			numbered: wordSet(commonAbbreviations.numbered, list.numbered),
			starters: starters[language],
		}
	}
	return table
})

func wordSet(lists ...string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for _, word := range strings.Fields(list) {
			set[word] = true
		}
	}
	return set
}
