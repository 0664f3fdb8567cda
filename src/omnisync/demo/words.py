"""The words that the made-up shop's names are put together from: what a hardware shop on a border sells.

Brands and people are invented. Each family has its noun in Turkish, Hungarian, Romanian and Slovenian,
because the shop buys from all four.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One category: code prefix, unit, cost from-to in lira, nouns by language, sizes, materials or not.

    ``variants`` names the kind of its variants: "" none, "wear" size and colour, "paint" colour, "length" metres.
    """

    category: str
    prefix: str
    unit: str
    cost: tuple[float, float]
    nouns: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    sizes: tuple[str, ...]
    plain: bool = False
    variants: str = ""


def _family(
    category: str, prefix: str, unit: str, cost: tuple[float, float], nouns: str, sizes: str, *,
    plain: bool = False, variants: str = "",
) -> Family:  # fmt: skip
    turkish, hungarian, romanian, slovenian = (tuple(each.split(", ")) for each in nouns.split(" | "))
    return Family(
        category,
        prefix,
        unit,
        cost,
        (turkish, hungarian, romanian, slovenian),
        tuple(sizes.split(", ")),
        plain,
        variants,
    )


_PIPE = '¼", ⅜", ½", ¾", 1", 1¼", 1½", 2"'
_METRIC = "M3x10, M4x16, M5x20, M6x20, M6x40, M8x20, M8x50, M10x30, M10x80, M12x40, M16x60"
_MM = "4 mm, 5 mm, 6 mm, 8 mm, 10 mm, 13 mm, 16 mm, 19 mm, 22 mm, 25 mm, 32 mm, 50 mm, 110 mm"
_ML = "100 ml, 250 ml, 500 ml, 750 ml, 1 L, 2,5 L, 5 L, 10 L"
_GRAM = "100 g, 200 g, 250 g, 400 g, 500 g, 1 kg, 2,5 kg, 5 kg"
_WATT = "3 W, 5 W, 7 W, 9 W, 12 W, 18 W, 24 W, 36 W, 60 W"
_CM = "10 cm, 15 cm, 20 cm, 25 cm, 30 cm, 40 cm, 60 cm, 80 cm, 100 cm"
_KG = "1. kalite, dökme, çuval, ince, kalın, orta boy"

FAMILIES: tuple[Family, ...] = (
    _family("Cıvata", "CIV", "adet", (0.4, 14), "altıköşe cıvata, imbus cıvata, flanşlı cıvata | hatlapfejű csavar, imbuszcsavar | șurub hexagonal, șurub imbus | šesterokotni vijak, imbus vijak", _METRIC),
    _family("Somun ve Pul", "SOM", "adet", (0.1, 6), "fiberli somun, kelebek somun, yaylı pul, geniş pul | hatlapú anya, szárnyas anya, rugós alátét | piuliță autoblocantă, piuliță fluture, șaibă | samovarovalna matica, krilna matica, podložka", "M3, M4, M5, M6, M8, M10, M12, M16, M20"),
    _family("Vida", "VID", "paket", (18, 160), "sunta vidası, matkap uçlu vida, alçıpan vidası | facsavar, önfúró csavar, gipszkarton csavar | holzșurub, șurub autoforant, șurub gips-carton | lesni vijak, samovrtalni vijak", "3,5x16, 3,5x25, 3,5x35, 4x40, 4x50, 5x60, 6x80, 6x100"),
    _family("Çivi", "CVI", "kg", (38, 75), "inşaat çivisi, beton çivisi, kancalı çivi | építőipari szög, betonszög | cuie construcții, cuie beton | gradbeni žeblji, betonski žeblji", "2x30, 2,5x50, 3x70, 3,5x90, 4x100, 5x150"),
    _family("Dübel", "DUB", "paket", (9, 90), "çelik dübel, plastik dübel, gömlekli dübel | dübel, fém tipli, gipszkarton dübel | diblu plastic, conexpand, diblu metalic | zidni vložek, kovinsko sidro", "6 mm, 8 mm, 10 mm, 12 mm, 14 mm"),
    _family("Tesisat", "TES", "adet", (12, 420), "küresel vana, nipel, dirsek, te parça, rakor, redüksiyon | gömbcsap, könyök, T-idom, csőkapcsoló | robinet sferic, niplu, cot, teu, reducție | krogelni ventil, koleno, T kos, spojka", _PIPE),
    _family("PVC Boru", "PVC", "adet", (22, 380), "pis su borusu, pvc dirsek, pvc çatal, manşon | lefolyócső, pvc könyök, pvc ágidom | țeavă canalizare, cot pvc, ramificație | kanalizacijska cev, pvc koleno, odcep", "32 mm, 40 mm, 50 mm, 75 mm, 100 mm, 110 mm, 125 mm"),
    _family("Armatür", "ARM", "adet", (180, 2400), "lavabo bataryası, mutfak bataryası, duş bataryası, taharet musluğu | mosdó csaptelep, konyhai csaptelep, zuhany csaptelep | baterie lavoar, baterie bucătărie, baterie duș | armatura za umivalnik, kuhinjska armatura", "krom, mat siyah, beyaz, spiralli, uzun", plain=True),
    _family("El Aletleri", "ELA", "adet", (45, 900), "pense, yan keski, kargaburun, tornavida, kurbağacık, çekiç | kombinált fogó, oldalcsípő, csavarhúzó, kalapács | clește, patent, șurubelniță, ciocan, cheie reglabilă | klešče, izvijač, kladivo, nastavljivi ključ", "6\", 8\", 10\", 12\", 150 mm, 200 mm, 250 mm, 300 g, 500 g, 1 kg"),
    _family("Lokma ve Anahtar", "LOK", "adet", (30, 1600), "kombine anahtar, allen takımı, lokma takımı, yıldız anahtar | csillag-villás kulcs, imbuszkulcs készlet, dugókulcs készlet | cheie combinată, set imbusuri, trusă tubulare | viličasto-obročni ključ, garnitura nasadnih ključev", "8 mm, 10 mm, 13 mm, 17 mm, 19 mm, 22 mm, 24 mm, 12 parça, 46 parça"),
    _family("Elektrikli Aletler", "EAL", "adet", (950, 9800), "darbeli matkap, akülü vidalama, avuç taşlama, dekupaj testere, kırıcı delici | ütvefúró, akkus csavarbehajtó, sarokcsiszoló, dekopírfűrész | mașină de găurit, autofiletantă, polizor unghiular, ferăstrău pendular | udarni vrtalnik, akumulatorski vijačnik, kotni brusilnik", "500 W, 650 W, 850 W, 1100 W, 12 V, 18 V, 20 V"),
    _family("Matkap Uçları", "MAT", "adet", (8, 260), "hss matkap ucu, beton matkap ucu, sds plus uç, ahşap ucu | hss csigafúró, kőzetfúró, sds plus fúrószár | burghiu hss, burghiu beton, burghiu sds plus | hss sveder, sveder za beton, sds plus sveder", "3x60, 4x75, 5x85, 6x110, 8x120, 10x160, 12x200, 16x310"),
    _family("Kesici ve Zımpara", "ZIM", "adet", (6, 140), "kesici taş, flap disk, su zımparası, elmas testere | vágókorong, lamellás csiszolókorong, csiszolópapír | disc debitat, disc lamelar, hârtie abrazivă, disc diamantat | rezalna plošča, lamelni disk, brusni papir", "115 mm, 125 mm, 180 mm, 230 mm, P60, P80, P120, P240, P400"),
    _family("Ölçü Aletleri", "OLC", "adet", (35, 3200), "şerit metre, su terazisi, lazer metre, kumpas, gönye | mérőszalag, vízmérték, lézeres távmérő, tolómérő | ruletă, nivelă, telemetru laser, șubler | meter, vodna tehtnica, laserski merilnik", "3 m, 5 m, 8 m, 10 m, 30 m, 40 cm, 60 cm, 100 cm"),
    _family("Boya", "BOY", "adet", (140, 2900), "iç cephe boyası, silikonlu dış cephe boyası, sentetik boya, tavan boyası | beltéri falfesték, homlokzatfesték, zománcfesték | vopsea lavabilă, vopsea exterior, email alchidic | notranja barva, fasadna barva, emajl", "0,75 L, 2,5 L, 7,5 L, 15 L", plain=True, variants="paint"),
    _family("Boya Gereçleri", "BGR", "adet", (12, 240), "rulo, kestirme fırça, boya küveti, maskeleme bandı | festőhenger, ecset, festőtálca, maszkolószalag | trafalet, pensulă, tavă vopsea, bandă mascare | valjček, čopič, pleskarski pladenj", "1\", 1½\", 2\", 2½\", 3\", 10 cm, 18 cm, 25 cm"),
    _family("Silikon ve Yapıştırıcı", "SIL", "adet", (22, 320), "silikon, akrilik mastik, montaj yapıştırıcı, poliüretan köpük, hızlı yapıştırıcı | szilikon, akril tömítő, purhab, pillanatragasztó | silicon, etanșant acrilic, spumă poliuretanică, adeziv rapid | silikon, akrilna masa, pur pena, sekundno lepilo", "20 g, 50 ml, 280 ml, 310 ml, 600 ml, 750 ml"),
    _family("İnşaat Malzemesi", "INS", "adet", (60, 520), "yapıştırma harcı, derz dolgu, saten alçı, çimento, tamir harcı | csemperagasztó, fugázó, glettanyag, cement | adeziv gresie, chit rosturi, glet, ciment | lepilo za ploščice, fugirna masa, cement", "1 kg, 2,5 kg, 5 kg, 20 kg, 25 kg, 35 kg"),
    _family("Ampul", "AMP", "adet", (14, 190), "led ampul, rustik ampul, spot ampul, led tüp | led izzó, led spot, led fénycső | bec led, spot led, tub led | led žarnica, led reflektorska žarnica", _WATT),
    _family("Aydınlatma", "AYD", "adet", (85, 1900), "led panel, led projektör, bahçe armatürü, şerit led | led panel, led reflektor, kerti lámpa, led szalag | panou led, proiector led, lampă grădină, bandă led | led panel, led reflektor, vrtna svetilka", "10 W, 20 W, 30 W, 50 W, 100 W, 30x30, 60x60, 5 m"),
    _family("Kablo", "KAB", "metre", (6, 95), "nym kablo, ttr kablo, nyaf kablo, cat6 kablo | mt kábel, sodrott kábel, utp kábel | cablu cyyf, cablu myym, cablu utp | kabel nym, pletenica, kabel utp", "2x0,75, 2x1,5, 3x1,5, 3x2,5, 4x4, 5x6"),
    _family("Anahtar Priz", "PRZ", "adet", (25, 310), "topraklı priz, komütatör, dimmer, usb priz, kapaklı priz | földelt aljzat, csillárkapcsoló, fényerőszabályzó | priză cu împământare, întrerupător dublu, variator | vtičnica, stikalo, zatemnilnik", "beyaz, krem, antrasit, inox, siyah", plain=True),
    _family("Sigorta ve Pano", "SIG", "adet", (48, 1400), "w otomat, kaçak akım rölesi, sıva altı kutu, kontaktör | kismegszakító, fi-relé, kiselosztó | siguranță automată, protecție diferențială, tablou | avtomatska varovalka, fid stikalo, razdelilna omarica", "B6, B10, B16, C16, C20, C25, C32, 40 A, 63 A"),
    _family("Uzatma ve Grup Priz", "UZT", "adet", (95, 860), "uzatma kablosu, grup priz, makaralı kablo | hosszabbító, elosztó, kábeldob | prelungitor, priză multiplă, tambur cablu | podaljšek, razdelilnik, kabelski boben", "3'lü 2 m, 3'lü 5 m, 4'lü 3 m, 6'lı 5 m, 25 m, 50 m"),
    _family("Pil", "PIL", "paket", (18, 240), "alkalin pil, şarjlı pil, düğme pil | alkáli elem, akkumulátor elem, gombelem | baterie alcalină, acumulator, baterie buton | alkalna baterija, polnilna baterija, gumbna baterija", "AA 4'lü, AAA 4'lü, 9V, C 2'li, D 2'li, CR2032, LR44"),
    _family("Kapı ve Kilit", "KIL", "adet", (75, 2100), "barel, gömme kilit, asma kilit, kapı kolu, menteşe | zárbetét, bevéső zár, lakat, kilincs, zsanér | butuc, broască îngropată, lacăt, mâner ușă, balama | cilindrični vložek, ključavnica, obešanka, kljuka", "30 mm, 40 mm, 50 mm, 60 mm, 68 mm, 71 mm, 83 mm"),
    _family("Mobilya Aksesuarı", "MOB", "adet", (7, 320), "çekmece rayı, mobilya kulpu, tas menteşe, gazlı piston | fiókcsúszó, bútorfogantyú, kivetőpánt, gázrugó | glisieră sertar, mâner mobilă, balama aplicată, piston | vodilo predala, ročaj, pohištveni tečaj", "96 mm, 128 mm, 160 mm, 300 mm, 350 mm, 400 mm, 450 mm, 500 mm"),
    _family("Zincir ve Halat", "ZNC", "metre", (9, 130), "zincir, polipropilen halat, çelik halat, paraşüt ipi | lánc, polipropilén kötél, drótkötél | lanț, frânghie polipropilenă, cablu oțel | veriga, vrv, jeklenica", "2 mm, 3 mm, 4 mm, 6 mm, 8 mm, 10 mm, 12 mm"),
    _family("Bahçe", "BAH", "adet", (55, 1700), "bahçe makası, tırmık, kürek, sulama tabancası, budama testeresi | metszőolló, gereblye, ásó, locsolópisztoly | foarfecă grădină, greblă, lopată, pistol stropit | vrtne škarje, grablje, lopata, zalivalna pištola", _CM),
    _family("Hortum", "HOR", "adet", (120, 1500), "bahçe hortumu, spiral hortum, basınçlı hortum | locsolótömlő, spirál tömlő | furtun grădină, furtun spiralat | vrtna cev, spiralna cev", "½\" 15 m, ½\" 25 m, ½\" 50 m, ¾\" 25 m, 1\" 50 m"),
    _family("İş Elbisesi", "TSH", "adet", (160, 980), "iş tişörtü, polar mont, bahçıvan tulumu, reflektörlü yelek | munkáspóló, polár pulóver, kantáros nadrág | tricou de lucru, jachetă polar, salopetă | delovna majica, flis jakna, delovne hlače", "klasik, premium", plain=True, variants="wear"),
    _family("İş Güvenliği", "ISG", "adet", (14, 780), "baret, koruyucu gözlük, toz maskesi, kulaklık | védősisak, védőszemüveg, porvédő maszk | cască protecție, ochelari protecție, mască praf | zaščitna čelada, zaščitna očala, maska", "beyaz, sarı, şeffaf, FFP2, FFP3", plain=True),
    _family("İş Eldiveni", "ELD", "çift", (12, 260), "nitril eldiven, montaj eldiveni, kaynakçı eldiveni | nitril kesztyű, szerelőkesztyű, hegesztőkesztyű | mănuși nitril, mănuși montaj, mănuși sudor | nitrilne rokavice, montažne rokavice", "ince, kalın", plain=True, variants="wear"),
    _family("İş Ayakkabısı", "AYK", "çift", (620, 2600), "iş ayakkabısı, iş botu | munkavédelmi cipő, munkabakancs | pantofi protecție, bocanci protecție | delovni čevlji, delovni škornji", "S1P, S3", plain=True, variants="shoe"),
    _family("Temizlik", "TEM", "adet", (18, 310), "çamaşır suyu, yüzey temizleyici, kireç çözücü, sıvı sabun | felülettisztító, vízkőoldó, folyékony szappan | detergent universal, detartrant, săpun lichid | čistilo, odstranjevalec vodnega kamna, tekoče milo", _ML),
    _family("Mutfak", "MUT", "adet", (25, 1300), "çaydanlık, tencere, saklama kabı, sürahi, tava | lábas, serpenyő, ételtároló, vízforraló | oală, tigaie, caserolă, carafă | lonec, ponev, posoda za shranjevanje", "18 cm, 20 cm, 24 cm, 28 cm, 1 L, 2 L, 3,5 L"),
    _family("Plastik Ev Eşyası", "PLS", "adet", (15, 420), "kova, leğen, çamaşır sepeti, saklama kutusu | vödör, lavór, szennyestartó, tárolódoboz | găleată, lighean, coș rufe, cutie depozitare | vedro, skleda, košara za perilo", "3 L, 5 L, 10 L, 12 L, 20 L, 35 L, 50 L"),
    _family("Soba ve Isıtma", "SOB", "adet", (90, 6400), "soba borusu, soba dirseği, elektrikli ısıtıcı, termostat | füstcső, füstcső könyök, elektromos fűtőtest | burlan sobă, cot burlan, radiator electric | dimna cev, koleno za dimnik, električni grelnik", "100 mm, 120 mm, 130 mm, 1000 W, 2000 W"),
    _family("Bakliyat", "BAK", "kg", (42, 190), "nohut, kuru fasulye, yeşil mercimek, pirinç, bulgur | csicseriborsó, szárazbab, lencse, rizs | năut, fasole uscată, linte, orez | čičerika, fižol, leča, riž", _KG, plain=True),
    _family("Kuruyemiş", "KUR", "kg", (120, 980), "fındık, ceviz içi, ay çekirdeği, leblebi, kuru kayısı | mogyoró, dióbél, napraforgómag, aszalt barack | alune, miez nucă, semințe, caise uscate | lešniki, orehova jedrca, sončnična semena", _KG, plain=True),
    _family("Baharat", "BHR", "paket", (12, 120), "pul biber, kimyon, karabiber, kekik | fűszerpaprika, kömény, feketebors, kakukkfű | boia, chimion, piper negru, cimbru | paprika, kumina, črni poper, timijan", _GRAM, plain=True),
    _family("Çay ve Kahve", "CAY", "paket", (35, 640), "siyah çay, Türk kahvesi, yeşil çay | fekete tea, őrölt kávé, zöld tea | ceai negru, cafea măcinată, ceai verde | črni čaj, mleta kava, zeleni čaj", _GRAM, plain=True),
    _family("Evcil Hayvan", "EVC", "adet", (30, 1500), "kedi maması, köpek maması, kedi kumu, tasma | macskaeledel, kutyaeledel, macskaalom, nyakörv | hrană pisici, hrană câini, nisip pisici, zgardă | hrana za mačke, hrana za pse, pesek za mačke", "400 g, 1 kg, 3 kg, 10 kg, 15 kg, S, M, L"),
)  # fmt: skip

BRANDS = (
    "Akdemir", "Karasu", "Ustam", "Boğaziçi", "Trakya", "Meriç", "Ergene", "Kızılırmak", "Tiszamenti", "Dunafém",
    "Alföldi", "Mátravas", "Carpatin", "Dâmbovița", "Olteana", "Bistrița", "Savinja", "Drava", "Pohorje", "Kočevar",
)  # fmt: skip

MATERIALS: tuple[tuple[str, ...], ...] = (
    ("galvaniz", "paslanmaz", "pirinç", "çelik", "siyah", "ağır hizmet", "profesyonel", "ekonomik", "takviyeli"),
    ("horganyzott", "rozsdamentes", "sárgaréz", "edzett", "fekete", "erősített", "ipari", "gazdaságos"),
    ("zincat", "inox", "din alamă", "călit", "negru", "ranforsat", "profesional", "economic"),
    ("pocinkan", "nerjaveč", "medeninast", "kaljen", "črn", "ojačan", "profesionalni", "varčni"),
)
"""Materials and grades in the four languages of Family.nouns."""

COLOURS = (
    ("RED", "kırmızı"), ("BLU", "mavi"), ("GRN", "yeşil"), ("BLK", "siyah"), ("WHT", "beyaz"), ("GRY", "gri"),
    ("YEL", "sarı"), ("ORG", "turuncu"),
)  # fmt: skip
SIZES = ("S", "M", "L", "XL", "XXL")
SHOE_SIZES = ("39", "40", "41", "42", "43", "44", "45")

AWKWARD_NAMES = (
    'Boru 1/2" "ekstra" kalite; 6 metre, galvaniz',
    "Çok uzun adlı ürün " + "ağır hizmet tipi paslanmaz çelik bağlantı elemanı " * 6,
    "Süpürge 🧹 ve faraş 🪣 seti",
    "[b]İNDİRİM[/b] [link=https://shop.example]tornavida[/link]",
    "Kırmızı \x1b[31mvana\x1b[0m",
    "Ters \u202egnirts\u202c yönlü \u200betiket",
    '=HYPERLINK("https://shop.example";"tıkla")',
    "  başında ve sonunda boşluk  ",
    "sekmeli\tad \t(tab)",
    "Işıklı İĞNE ığdır şişe ÇÖĞÜŞ",
    "Árvíztűrő tükörfúrógép",
    "Țeavă și ștuț găurit în mâner",
    "Žaga za ščetko, čebulasta",
    "+90 mm kova",
    "-10°C antifriz",
    "@ev dübel seti",
    "İki satırlı\nürün adı",
)
"""Names that break careless programs; every one of them was seen in a real shop in some form."""

FIRST_NAMES = (
    "Ayşe", "Mehmet", "Fatma", "Ömer", "Zeynep", "İbrahim", "Gülşen", "Çağrı", "Erzsébet", "Gábor", "Ágnes", "Zoltán",
    "Ștefan", "Ileana", "Andrei", "Mărioara", "Žiga", "Špela", "Janez", "Urška",
)  # fmt: skip
LAST_NAMES = (
    "Yılmaz", "Öztürk", "Şahin", "Çelik", "Güneş", "Aydın", "Koç", "Ilgaz", "Kovács", "Szőke", "Tóth", "Nagy",
    "Popescu", "Ionescu", "Țurcanu", "Munteanu", "Novak", "Žnidaršič", "Kovačič", "Zupan",
)  # fmt: skip
TRADES = ("İnşaat Ltd. Şti.", "Yapı Market", "Tesisat A.Ş.", "Kft.", "Bt.", "SRL", "d.o.o.", "")
PLACES = (
    ("Edirne", "Merkez", "22100", "TR", "Kırkpınar V.D."), ("İstanbul", "Ümraniye", "34760", "TR", "Ümraniye V.D."),
    ("Tekirdağ", "Çorlu", "59850", "TR", "Çorlu V.D."), ("Kırklareli", "Lüleburgaz", "39750", "TR", "Lüleburgaz V.D."),
    ("Győr", "Győr-Moson-Sopron", "9021", "HU", ""), ("Szeged", "Csongrád", "6720", "HU", ""),
    ("Timișoara", "Timiș", "300001", "RO", ""), ("Brașov", "Brașov", "500001", "RO", ""),
    ("Ljubljana", "Osrednjeslovenska", "1000", "SI", ""), ("Maribor", "Podravska", "2000", "SI", ""),
)  # fmt: skip
STREETS = ("Atatürk Cad.", "Çınar Sok.", "Sanayi Sit.", "Kossuth Lajos utca", "Strada Unirii", "Slovenska cesta")
