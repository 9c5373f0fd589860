"""Languages of the east of Europe and of Asia, as `languages` has the others."""

# ruff: noqa: RUF001 - Cyrillic and Greek letters are meant
EASTERN = """
hr holder: ime i prezime; prezime i ime; nositelj; polaznik; potvrduje se da; uvjerava se da; izdano za; izdaje se
hr after: zavrsi*; uspjesno; polozi*; pohada*; je zavrsi*; je uspjesno; je polozi*
hr family: prezime
hr given: ime
hr issue: datum izdavanja; izdano; izdano dana
hr expiry: vrijedi do; vazi do; datum isteka; rok vazenja; valjano do; istek
hr birth: datum rodenja; roden*; rod.
hr number: broj; broj uvjerenja; broj potvrde; broj certifikata; evidencijski broj; br.; ur. broj; broj iskaznice
hr kind: osposobljavanje; tecaj; program; naziv programa; za zanimanje; obuka; vrsta
hr others: predavac; voditelj; ravnatelj; poslodavac; instruktor
hr title: uvjerenje; potvrda; svjedodzba; iskaznica; osposobljenosti; dozvola; certifikat; diploma
sl holder: ime in priimek; priimek in ime; imetnik; udelezenec; potrjujemo,? da; potrjuje,? da
sl after: je opravil*; je uspesno; se je udelezil*; je zakljucil*
sl family: priimek
sl given: ime
sl issue: datum izdaje; izdano; izdano dne
sl expiry: velja do; veljavnost; veljavno do; veljavnost do; datum veljavnosti
sl birth: datum rojstva; rojen*
sl number: stevilka; st. potrdila; stevilka potrdila; st. certifikata; zap. st.
sl kind: usposabljanje; tecaj; program; izobrazevanje
sl others: predavatelj; vodja; direktor; delodajalec
sl title: potrdilo; spricevalo; certifikat; izkaznica; usposobljenosti; dovoljenje
lt holder: vardas ir pavarde; vardas,? pavarde; pazymima,? kad; isduota; turetojas; dalyvis
lt after: baige; isklause; dalyvavo; islaike
lt family: pavarde
lt given: vardas
lt issue: isdavimo data; isduota
lt expiry: galioja iki; galiojimo data; galiojimo pabaiga
lt birth: gimimo data; gime
lt number: numeris; pazymejimo nr; registracijos nr; serija ir nr; sertifikato nr
lt kind: mokymai; kursas; programa; kursai; kvalifikacija
lt others: lektorius; vadovas; direktorius; darbdavys
lt title: pazymejimas; sertifikatas; pazyma; diplomas; kvalifikacijos
lv holder: vards,? uzvards; vards un uzvards; izsniegta; apliecina,? ka; ipasnieks
lv after: ir apguvis; ir apguvusi; ir pabeidzis; ir piedalijies
lv family: uzvards
lv given: vards
lv issue: izdosanas datums; izsniegta; izdots; izsniegts
lv expiry: deriga lidz; derigs lidz; deriguma termins
lv birth: dzimsanas datums; dzimis; dzimusi
lv number: numurs; apliecibas numurs; sertifikata numurs; apliecibas nr
lv kind: apmacibas; kurss; programma; kursi; kvalifikacija
lv others: pasniedzejs; vaditajs; direktors; darba devejs
lv title: aplieciba; sertifikats; diploms; apliecinajums; kvalifikacijas
et holder: nimi; ees- ja perekonnanimi; omanik; osaleja; toendab,? et; valja antud; kinnitab,? et
et after: on labinud; on osalenud; on sooritanud
et family: perekonnanimi; perenimi
et given: eesnimi; eesnimed
et issue: valjastatud; valja antud; valjaandmise kuupaev
et expiry: kehtib kuni; kehtivus; kehtiv kuni
et birth: sunniaeg; sundinud
et number: tunnistuse nr; tunnistuse number; number; kaardi number
et kind: koolitus; kursus; oppekava; kutse
et others: koolitaja; juhataja; tooandja; direktor
et title: tunnistus; sertifikaat; kutsetunnistus; koolitus; diplom
el holder: ονοματεπωνυμο; ονομα; ονομα και επωνυμο; κατοχος; πιστοποιειται οτι; βεβαιωνεται οτι; απονεμεται στον/στην
el holder: απονεμεται στον; απονεμεται στην; χορηγειται στον; χορηγειται στην; χορηγειται σε
el after: ολοκληρωσε*; παρακολουθησε; συμμετειχε; εχει ολοκληρωσει
el family: επωνυμο
el given: ονομα
el issue: ημερομηνια εκδοσης; εκδοθηκε; ημ/νια εκδοσης; εκδοση
el expiry: ισχυει εως; ισχυει μεχρι; ημερομηνια ληξης; ληξη; ληγει; ισχυς εως; ημ/νια ληξης
el birth: ημερομηνια γεννησης; γεννηθεις; γεννηση*; ημ/νια γεννησης
el number: αριθμος; αριθμος πιστοποιητικου; αρ. πιστοποιητικου; αρ.; κωδικος; αριθμος αδειας
el kind: εκπαιδευση; σεμιναριο; προγραμμα; ειδικοτητα; μαθημα; τιτλος; σεμιναριο:
el others: εκπαιδευτης; διευθυντης; εργοδοτης; εισηγητης
el title: πιστοποιητικο; βεβαιωση; διπλωμα; παρακολουθησης; εκπαιδευσης; αδεια
bg holder: име; име и фамилия; трите имена; притежател; удостоверява,? че; издадено на; на лицето; се удостоверява,? че
bg after: завърши*; е завърши*; премина*; е премина*; участва*
bg family: фамилия; фамилно име
bg given: име; собствено име
bg issue: дата на издаване; издаден*
bg expiry: валидно до; валиден до; валидна до; срок на валидност; валидност до; валидност
bg birth: дата на раждане; роден*
bg number: номер; рег. no; рег. №; регистрационен номер; удостоверение №; сертификат №
bg kind: обучение; курс; професия; програма; квалификация; специалност
bg others: обучител; преподавател; директор; работодател; ръководител
bg title: удостоверение; сертификат; свидетелство; диплома; обучение; правоспособност
ru holder: фио; ф.и.о; фамилия,? имя,? отчество; выдано; выдан; выдана; настоящим удостоверяется,? что; владелец
ru holder: удостоверяет,? что; подтверждает,? что; свидетельствует о том,? что; настоящее удостоверение выдано; участник
ru after: прошел*; прошла; окончил*; успешно; освоил*; завершил*; принял*
ru family: фамилия
ru given: имя; имя,? отчество
ru issue: дата выдачи; выдано; выдан
ru expiry: действительно до; действителен до; срок действия; срок действия до; действует до; годен до; действительно по
ru birth: дата рождения; родил*; рожден*
ru number: номер; регистрационный номер; рег. №; удостоверение №; сертификат №; № удостоверения; серия и номер
ru kind: по программе; по курсу; программа; курс; обучение по программе; тема; квалификация; профессия; специальность
ru others: преподаватель; директор; руководитель; инструктор; председатель; работодатель; организация; секретарь
ru title: удостоверение; сертификат; свидетельство; диплом; обучение; повышении; квалификации; удостоверения
uk holder: піб; прізвище,? ім'я; прізвище,? ім'я,? по батькові; видано; видане; виданий; засвідчується,? що; власник
uk holder: підтверджує,? що; цим засвідчується,? що; посвідчує,? що; учасник
uk after: пройшов*; пройшла; закінчи*; успішно; брав участь; взяв участь; завершив*
uk family: прізвище
uk given: ім'я
uk issue: дата видачі; видано; виданий; видане
uk expiry: дійсне до; дійсний до; термін дії; строк дії; дійсне по; діє до; чинне до; чинний до
uk birth: дата народження; народи*
uk number: номер; реєстраційний номер; посвідчення №; сертифікат №; № посвідчення
uk kind: за програмою; програма; курс; навчання за програмою; тема; спеціальність; професія; кваліфікація; за курсом
uk others: викладач; директор; керівник; голова; інструктор; роботодавець
uk title: посвідчення; сертифікат; свідоцтво; диплом; навчання; кваліфікації
sr holder: име и презиме; ime i prezime; потврђује се да; potvrdjuje se da; уверава се да; ималац; imalac
sr after: је завршио; је завршила; је успешно; je zavrsi*; je uspesno
sr family: презиме; prezime
sr issue: датум издавања; издато; издат; datum izdavanja
sr expiry: важи до; рок важења; vazi do; датум истека
sr birth: датум рођења; рођен*; datum rodjenja
sr number: број; број уверења; број сертификата; broj uverenja; рег. број
sr kind: обука; курс; програм; obuka; занимање
sr others: предавач; директор; руководилац; послодавац
sr title: уверење; потврда; сертификат; диплома; uverenje; дозвола
zh holder: 姓名; 持证人; 持证人姓名; 学员姓名; 学员; 兹证明; 茲證明; 特发给; 授予; 获得者
zh issue: 发证日期; 颁发日期; 签发日期; 发证时间; 批准日期
zh expiry: 有效期至; 有效期限; 有效日期; 到期日期; 失效日期; 有效期
zh birth: 出生日期; 出生年月
zh number: 证书编号; 编号; 证号; 證書編號; 证书号码; 证件号码
zh kind: 课程名称; 课程; 工种; 培训项目; 作业类别; 准操项目; 职业名称; 資格
zh others: 讲师; 校长; 主任; 教师; 单位
ja holder: 氏名; 受講者氏名; 受講者; 受験者; 修了者; 取得者
ja issue: 交付年月日; 発行日; 交付日; 発行年月日; 認定日; 取得日
ja expiry: 有効期限; 有効期間; 有効期間満了日; 満了日
ja number: 修了証番号; 認定番号; 登録番号; 証書番号; 発行番号
ja kind: 講習名; 講習の種類; 資格名; 科目; 種類; コース名; 講座名
ja others: 講師; 所長; 代表; 理事長; 会長
ko holder: 성명; 이름; 수료자; 교육생; 소지자
ko issue: 발급일; 발급일자; 발행일; 교부일; 취득일; 수료일
ko expiry: 유효기간; 만료일; 유효기한; 유효일자
ko birth: 생년월일
ko number: 증서번호; 자격번호; 발급번호; 수료번호; 등록번호; 증명서번호
ko kind: 과정명; 교육과정; 자격종목; 교육명; 과정; 자격명
ko others: 강사; 원장; 대표; 이사장
"""
