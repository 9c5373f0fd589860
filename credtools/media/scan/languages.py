"""Languages: what certificates call their facts, language by language; for `labels`, which has more for the great ones.

Phrases are parted by `;` and written as people do: a `*` stands for any letters that a word ends with. `holder`: before
the holder's name; `after`: what a line begins with that says what the holder over it did; `family`, `given`: the parts
of a name; `issue`, `expiry`, `birth`: before a date; `number`: before the credential's; `kind`: before its type;
`others`: before the name of somebody else; `title`: words of headings, which are no names.
"""

from __future__ import annotations

import re
from functools import lru_cache

from credtools.media.scan.languages_east import EASTERN
from credtools.media.scan.spelling import CJK, plain

_TABLE = """
en holder: full name; surname and given names; learner; delegate; candidate; participant; bearer; issued in favour of
en after: has attained; has satisfied; has demonstrated; has participated; has attended; has met
en after: is awarded; for completing
en issue: certified since; date of approval; approved on; date of recertification; recertified on; date awarded
en kind: passing; attending; completing; took part in; taking part in; participated in; participation in; attended
en kind: standing of; learning item; activity; programme; program; course title; course name; certified as
en number: record id; record no; register no; registration no; registration number; registration id; roll no; entry no
en title: statement; attainment; membership; modules; licence; licensed; record; transcript; passport
en title: operator; qualified
en title: approved; workers; diploma; degree; awarded; presented; proudly; achievement; competence; competency
en title: safe; level
en title: first; fire; life; support; work; health; group; services; solutions; international; national; result; results
de holder: name des inhabers; vor- und nachname; vor- und zuname; inhaberin; teilnehmende person; verliehen an
de holder: ausgestellt fur; ausgestellt auf; hiermit bestatigen wir,? dass
de holder: wird bestatigt,? dass; bescheinigen wir,? dass
de after: hat an; hat die; hat den; hat das; hat erfolgreich; hat am; hat vom; wurde am; ist berechtigt; nahm an
de expiry: nachste unterweisung; nachste prufung; nachster termin; gultig einschliesslich
de kind: schulungsthema; thema; unterweisungsnachweis; fachrichtung; bezeichnung
de number: urkundenrolle nr; register-nr; registernummer; registriernummer; reg.-nr; lfd. nr
de kind: die bezeichnung; den titel; teilnahme an; teilgenommen an; als; unterweisung; massnahme
de title: teilnahmebescheinigung; zertifikat; urkunde; bescheinigung; nachweis; ausweis; schulung; zeugnis; befahigung
fr holder: attestons que; certifions que; atteste que; nom et prenom; nom prenom; nom,? prenoms?; delivre a; decerne a
fr holder: beneficiaire; participant; apprenant; candidat; le porteur
fr after: a suivi; a participe; a reussi; a obtenu; a satisfait; a complete; est titulaire
fr issue: date de delivrance; delivre le; fait le
fr expiry: valable jusqu'au; date de validite; date limite; a renouveler
fr kind: formation; intitule; intitule de la formation; la formation; habilitation; a suivi la formation
fr number: brevet n°; enregistre sous le n°; n° d'enregistrement; numero d'enregistrement; registre n°
fr kind: du titre; le titre; titre; module; action de formation; epreuves du titre
fr others: formateur; le directeur; responsable; signataire; organisme; employeur
fr title: attestation; certificat; diplome; formation; brevet; titre; permis; carte; reussite
es holder: se certifica que; certificamos que; hace constar que; acredita que; acredita a; nombre y apellidos
es holder: apellidos y nombre; nombre completo; alumno; alumna; participante; titular; otorgado a
es holder: expedido a; concedido a
es holder: se otorga a; certifica que d./dna.; que d./dna.; d./dna.; d. /dna.
es after: ha superado; ha realizado; ha completado; ha asistido; ha participado; ha aprobado; ha cursado
es issue: fecha de expedicion; fecha de emision; expedido el; emitido el; fecha de otorgamiento
es expiry: valido hasta; vigente hasta; fecha de vencimiento; fecha de caducidad; vigencia hasta
es kind: curso de; el curso de; el curso; curso; accion formativa; especialidad; superado el curso de
es number: registro; registro n°; n° de registro; numero de registro; folio
es kind: el programa; programa; programa de; taller; modulo; jornada
es title: certificado; diploma; curso; carnet; licencia; titulo; constancia; formacion; aprovechamiento; asistencia
it holder: si attesta che; si certifica che; rilasciato a; conferito a; nome e cognome; cognome e nome; intestatario
it holder: nominativo; corsista; partecipante; il sig.; il/la sig./ra; il sottoscritto attesta che
it after: ha frequentato; ha superato; ha partecipato; ha conseguito; ha completato
it issue: data di rilascio; data rilascio; rilasciato il; emesso il; data di emissione
it expiry: scadenza; data di scadenza; valido fino al; validita fino al; in scadenza il
it kind: il corso; corso di formazione; corso; frequentato il corso; titolo del corso; abilitazione; qualifica
it title: attestato; certificato; frequenza; formazione; diploma; patente; patentino; tessera; profitto; idoneita
pt holder: certificamos que; certifica-se que; certifico que; nome completo; nome; conferido a; concedido a; formando
pt holder: outorgado a; titular; aluno; participante; declara-se que; declaramos que
pt after: concluiu; frequentou; participou; completou; obteve; realizou
pt issue: data de emissao; emitido em; data de conclusao; concluido em
pt expiry: valido ate; data de validade; validade ate; validade
pt kind: concluiu o curso; o curso; curso de; curso; formacao; curso de formacao; acao de formacao
pt title: certificado; conclusao; diploma; formacao; participacao; curso; carta; carteira; habilitacao
pt title: registro; registo
nl holder: hierbij verklaart; verklaart dat; naam kandidaat; naam deelnemer; naam houder; uitgereikt aan; verleend aan
nl holder: deelnemer; houder; kandidaat; cursist; achternaam en voornaam; voor- en achternaam
nl after: heeft deelgenomen; heeft met; heeft de; heeft het; heeft voldaan; is geslaagd
nl issue: datum afgifte; afgiftedatum; datum uitgifte; datum van afgifte; uitgereikt op
nl expiry: geldig tot; geldig t/m; vervaldatum; verloopt op; geldig tot en met
nl kind: opleiding; cursus; training; voor de opleiding; onderwerp
nl title: certificaat; diploma; bewijs; getuigschrift; pas; rijbewijs; deelname; bewijs van deelname; cursus
pl holder: zaswiadcza sie,? ze; stwierdza sie,? ze; zaswiadcza,? ze; imie i nazwisko; nazwisko i imie; pan/pani; pan/i
pl holder: dla pana/pani; wydane dla; uczestnik; posiadacz; wystawiono dla; otrzymuje
pl after: ukonczyl*; odbyl*; uczestniczyl*; zdal*; brala?; bral*; uzyskal*
pl issue: data wydania; wydano dnia; wydano; wystawiono dnia; data wystawienia
pl expiry: wazne do; wazny do; data waznosci; termin waznosci; waznosc do; wazna do
pl number: numer; nr zaswiadczenia; nr certyfikatu; nr uprawnien
pl kind: szkolenie; kurs; ukonczyl*(?:\\(a\\))? szkolenie; szkolenie z zakresu; zakres; w zakresie; uprawnienia; temat
pl title: zaswiadczenie; certyfikat; swiadectwo; uprawnienia; legitymacja; dyplom; szkolenie; ukonczenia
cs holder: jmeno; jmeno a prijmeni; prijmeni a jmeno; drzitel; ucastnik; osvedcuje se,? ze
cs holder: potvrzuje se,? ze; vydano pro
cs holder: potvrzujeme,? ze; osvedcujeme,? ze; titul,? jmeno,? prijmeni
cs after: absolvoval*; uspesne; se zucastnil*; slozil*; ziskal*
cs family: prijmeni
cs given: jmeno
cs issue: vydano; datum vydani; vystaveno; datum vystaveni
cs expiry: platnost do; platne do; platny do; plati do; datum platnosti; konec platnosti
cs birth: datum narozeni; narozen*; nar.
cs number: cislo; cislo osvedceni; cislo prukazu; ev. c.; evidencni cislo; cislo certifikatu
cs kind: skoleni; kurz; druh opravneni; obor; nazev kurzu; predmet skoleni; druh skoleni
cs others: skolitel; lektor; vedouci; reditel; zamestnavatel; firma
cs title: prukaz; osvedceni; certifikat; potvrzeni; skoleni; opravneni; kurz; diplom; zpusobilosti; odborne
sk holder: meno a priezvisko; priezvisko a meno; meno; drzitel; ucastnik; osvedcuje sa,? ze
sk holder: potvrdzuje sa,? ze; vydane pre
sk after: absolvoval*; uspesne; sa zucastnil*; ziskal*
sk family: priezvisko
sk given: meno; mena; krstne meno
sk issue: datum vydania; vydane; vystavene; vydany
sk expiry: platnost do; platne do; platny do; datum platnosti; plati do
sk birth: datum narodenia; narodeny; narodena; nar.
sk number: cislo; cislo preukazu; cislo osvedcenia; ev. c.; evidencne cislo; cislo certifikatu
sk kind: skolenie; kurz; druh opravnenia; druh skolenia; odbor; nazov kurzu
sk others: skolitel; lektor; veduci; riaditel; zamestnavatel
sk title: preukaz; osvedcenie; certifikat; potvrdenie; skolenie; opravnenie; sposobilosti; odbornej; diplom
hu holder: nev; neve; tulajdonos; resztvevo; igazoljuk,? hogy; igazolja,? hogy; tanusitja,? hogy; jogosult; viselt nev
hu after: sikeresen; elvegezte; reszt vett; teljesitette
hu family: vezeteknev; csaladi nev
hu given: keresztnev; utonev; utonevek
hu issue: kiallitas datuma; kiallitva; kelt; kiadas datuma; kiallitas napja
hu expiry: ervenyes; ervenyesseg; ervenyessegi ido; lejarat; ervenyes:; lejarat datuma
hu birth: szuletesi ido; szuletett; szuletesi datum; szul.
hu number: sorszam; okmanyszam; igazolvanyszam; bizonyitvany szama; szam; azonosito; oklevel szama
hu kind: kepzes; tanfolyam; vegzettseg; a kepzes neve; kepesites; szakkepesites; oktatas targya
hu others: oktato; vizsgaztato; igazgato; munkaltato; vezeto
hu title: oklevel; bizonyitvany; igazolvany; tanusitvany; igazolas; tanfolyam; kepzes; munkavedelmi
ro holder: numele si prenumele; nume si prenume; numele; titular; participant; se certifica ca; se adevereste ca; dl/dna
ro holder: acordat lui; se acorda; domnul/doamna; dl./dna.; dlui/dnei; prezenta ca
ro after: a absolvit; a participat; a urmat; a promovat; a obtinut
ro family: nume
ro given: prenume
ro issue: data eliberarii; eliberat la; emis la; data emiterii; eliberat la data de
ro expiry: valabil pana la; valabil pana la data de; data expirarii; expira la; valabilitate
ro birth: nascut*; data nasterii
ro number: seria si nr; numar; nr. certificat; numar certificat; seria; nr. inregistrare
ro kind: curs; cursul de; cursul; programul de; programul; specializarea; calificarea; ocupatia; formare profesionala
ro others: formator; instructor; director; angajator; lector
ro title: certificat; adeverinta; diploma; atestat; absolvire; legitimatie; permis; autorizatie; calificare
sv holder: namn; innehavare; deltagare; harmed intygas,? att; intygas,? att; intygar,? att; utfardat till; tilldelas
sv after: har genomgatt; har genomfort; har deltagit; har fullgjort; har avlagt; med godkant; har med
sv family: efternamn
sv given: fornamn
sv issue: utfardat; utfardandedatum; utfardat den; datum for utfardande; utfardad; godkand
sv expiry: giltigt till; giltig till; giltigt t.o.m; giltighetstid; giltig t.o.m; utgangsdatum; galler till
sv number: bevisnr; bevisnummer; intygsnummer; intygsnr; certifikatnummer; kortnummer; kortnr; certifikatnr; diplomnr
sv kind: utbildning; utbildning i; utbildningen; kurs; utbildningen i; behorighet
sv kind: kursens namn; har genomgatt utbildning i
sv others: kursledare; instruktor; larare; arbetsgivare; rektor; handledare; utbildare
sv title: kursbevis; intyg; bevis; kursintyg; diplom; utbildningsbevis; utbildning; korkort; forarbevis; behorighet
da holder: navn; fulde navn; indehaver; deltager; det bekraeftes,? at; hermed bekraeftes,? at; udstedt til; tildeles
da after: har gennemfort; har deltaget; har bestaet; har gennemgaet
da family: efternavn
da given: fornavn*
da issue: udstedt; udstedt den; udstedelsesdato; dato for udstedelse
da expiry: gyldig til; gyldigt til; gyldig t.o.m; udlober; udlobsdato; galder til
da number: certifikatnr; certifikatnummer; bevisnr; bevisnummer; kortnr; kortnummer; kursusbevis nr
da kind: kursus; uddannelse; kursus i; uddannelsen; kategori
da others: instruktor; underviser; leder; arbejdsgiver; kursusleder; laerer
da title: kursusbevis; certifikat; bevis; korekort; uddannelsesbevis; diplom; kursuscenter; truckcertifikat
no holder: navn; innehaver; deltaker; det bekreftes,? at; herved bekreftes,? at; utstedt til; tildeles
no after: har gjennomfort; har deltatt; har bestatt; har fullfort
no family: etternavn
no given: fornavn
no issue: utstedt; utstedt dato; utstedelsesdato; dato utstedt
no expiry: gyldig til; gyldig t.o.m; utloper; utlopsdato; gjelder til
no number: sertifikatnr; sertifikatnummer; bevisnr; kompetansebevis nr; kortnr
no kind: kurs; opplaering; opplaering i; kurset; kompetanse
no others: instruktor; laerer; leder; arbeidsgiver; kursleder
no title: kursbevis; sertifikat; kompetansebevis; opplaering; bevis; vitnemal; forerkort
fi holder: nimi; haltija; osallistuja; todistetaan,? etta; taten todistetaan,? etta; myonnetty
fi holder: kortin haltija; koko nimi
fi after: on suorittanut; on osallistunut; on lapaissyt
fi family: sukunimi
fi given: etunimi; etunimet
fi issue: myonnetty; myontamispaiva; paivays; suorituspaiva; annettu; antopaiva
fi expiry: voimassa; voimassa asti; voimassaolo; viimeinen voimassaolopaiva; paattyy
fi birth: syntymaaika; syntynyt; synt.
fi number: numero; kortin numero; todistuksen numero; korttinumero; todistusnumero; nro; tunnus
fi kind: koulutus; kurssi; patevyys; tutkinto; koulutuksen nimi
fi others: kouluttaja; opettaja; johtaja; tyonantaja
fi title: todistus; kortti; koulutus; kurssitodistus; patevyystodistus; tutkintotodistus; ajokortti
tr holder: adi soyadi; adi ve soyadi; ad soyad; isim; belge sahibi; sayin; katilimci; kursiyer
tr after: katilmistir; basariyla; tamamlamistir
tr family: soyadi; soyad
tr given: adi; ad
tr issue: verilis tarihi; belge tarihi; duzenleme tarihi; duzenlenme tarihi; veriliş
tr expiry: gecerlilik tarihi; son gecerlilik; gecerlilik; bitis tarihi; gecerlilik suresi
tr birth: dogum tarihi; dogum yeri
tr number: belge no; belge numarasi; sertifika no; sertifika numarasi; belge nosu; kart no; ehliyet no
tr kind: egitim; egitim adi; kurs; egitimin adi; belge turu; konu; program
tr others: egitmen; egitici; mudur; isveren; firma
tr title: belgesi; belge; sertifika; sertifikasi; katilim; egitim; operatorluk; basari; kimlik; karti; ehliyet
"""


def _phrase(text: str) -> str:
    """A phrase as a pattern of texts in their plain form."""
    bare = plain(text).replace(".", r"\.").replace("*", r"\w*").replace("#", r"\#").replace(" ", r"\s+")
    if bare[0] >= CJK:
        return bare
    return rf"{bare}(?![^\W_])" if bare[-1].isalnum() else bare


@lru_cache(maxsize=1)
def _read() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in filter(None, (_TABLE + EASTERN).splitlines()):
        about, _, said = line.partition(": ")
        found.setdefault(about.split()[1], []).extend(one.strip() for one in said.split(";"))
    return found


def phrases(what: str) -> str:
    """All phrases for a fact as one pattern, the longest first, each at the beginning of a word."""
    some = sorted({_phrase(one) for one in _read()[what]}, key=len, reverse=True)
    eastern = [one for one in some if one[0] >= CJK]
    western = [one for one in some if one[0] < CJK]
    return "|".join([rf"(?<![^\W_])(?:{_sorted(western)})", *eastern])


def _sorted(some: list[str], depth: int = 3) -> str:
    """Alternatives by their first letters: so a word is compared with few of them."""
    if depth == 0 or len(some) == 1:
        return "|".join(some)
    first: dict[str, list[str]] = {}
    for one in some:
        first.setdefault(one[0] if one[:1].isalpha() and one[1:2] not in {"?", "*"} else "", []).append(one)
    other = first.pop("", [])
    branches = [f"{letter}(?:{_sorted([one[1:] for one in inner], depth - 1)})" for letter, inner in first.items()]
    return "|".join([*branches, *other])


@lru_cache(maxsize=1)
def titles() -> frozenset[str]:
    """The words that headings and labels have, which are no names."""
    known = [one for what in ("title", "issue", "expiry", "number", "kind", "birth", "others") for one in _read()[what]]
    return frozenset(word for one in known for word in re.findall(r"[^\W\d_]{3,}", plain(one)))
