"""Labels: the words beside a date, number or name that say what it is, in the languages of certificates.

All are as `page.plain` makes texts: in lower case, without accents.
"""

from __future__ import annotations

import re
from functools import lru_cache

from credtools.media.scan.languages import phrases

# Of several words before a date the last one counts; where two begin at the same place, the earlier of these.
DATES = {
    "expiry": (
        r"(?:not |in)?valid(?:ity)?(?: [a-z]+){0,3}? (?:until|till?|thru|through|to|after|up ?to)\b|^4b[.)]?(?=\s|$)"
        r"|(?:good|certified|current|effective) (?:until|thru|through|to)\b|expir[a-z]*|renew[a-z]*(?: by| before"
        r"| due)?"
        r"|recertif[a-z]*|re-?training|refresher(?! (?:is |training )?recommend)"
        r"|\bdue (?:by|date|on|before)|\bdue:?$|valid[a-z]*:?$|valid to"
        r"|end date|use by|\bexp\b\.?|(?:period|validity) ends?\b"
        r"|next [a-z ]{0,20}(?:due|training|renewal|assessment|by)|gultig[a-z]*(?: [a-z]+)? bis|gueltig bis"
        r"|ablauf[a-z]*|lauft ab"
        r"|befristet bis|fallig[a-z]*|gultigkeit[a-z]*|auffrischung[a-z]*|wiederholung[a-z]*|(?:haltbar|verlangert) bis"
        r"|vence\w*|vencimiento|vencimento|caduc\w*|valid\w* (?:hasta|ate|al?|fino al?|pana)\b|hasta el|validez"
        r"|validade"
        r"|jusqu'? ?(?:au|a)\b|echeance|fin de validite|(?:date d')?expiration|valable [a-z' ]{0,12}au\b|scad\w*"
        r"|fino al?\b"
        r"|geldig(?:heid)? ?(?:tot|t/m)|geldigheid\w*|vervalt?\w*|einddatum|wazn\w* do|(?:termin|data) waznosci"
        r"|wazne? do"
        r"|plat\w* do|platnost\w*|konec platnosti|erveny\w*|lejar\w*|valabil\w*|expira|(?:giltig|gyldig)\w* (?:till?"
        r"|t\.?o\.?m)"
        r"|utlop\w*|udlob\w*|voimassa\w*|gecerlilik\w*|gecerli\w*|действ\w* до|срок действия|годен до|дійсн\w* до"
        r"|ισχυ\w*"
        r"|有効期限|有効期間\w*|有效期[至限]?|期限|満了\w*|유효\s?기간|만료일?|validuntil"
    ),
    "birth": (
        r"\bbirth\w*|\bborn\b|\bd\.? ?o\.? ?b\b|\bgeb(?:\.|oren|urt\w*)|nacid[oa]\w*|nacimiento|naissance|naixement"
        r"|\bne(?:\(e\)|e)? le"
        r"|\bnat[oa](?: a| il|/a)|nascit\w*|nascid\w*|\burodz\w*|\bur\. |geboorte\w*|naroz\w*|narod\w*|szulet\w*"
        r"|fodt\b|fodsel\w*"
        r"|fodd\b|fodelse\w*|syntym\w*|dogum|рожден\w*|родил\w*|народж\w*|生年月日|出生\w*|생년월일|nascut\w*|^3\.(?=\s)"
    ),
    "printed": (
        r"\bprint\w*|gedruckt|druck\w*|imprim\w*|impres\w*|stampat\w*|wydruk\w*|generat\w*|downloaded|exported"
        r"|as of\b|retrieved"
        r"|accessed|letter\b[a-z ]*|brief\b|verified (?:on|at)|updated|印刷|出力|印字|reported?\b|\bcreated"
        r"|letzte anderung"
    ),
    "form": (
        r"refresher (?:is |training )?recommend\w*"
        r"|\brev(?:ision|\.)?\b|\bversion|\bvers\.|\bform(?:ular|ulaire)?\b[ .]|\bstand\b|\beditio\w*|\bedicion"
        r"|\bed\.|template"
        r"|ausgabe|wersja|vorlage|\brelease|copyright|©|\(c\)|\bfounded|established|\bsince\b|\bact\b|regulation"
        r"|directive"
        r"|decret\w*|\bdz\. ?u|\bnorm\b|\biso\b[^:]{0,14}:|registered in|\bhired?\b|entry date|eintritt\w*"
        r"|aktenzeichen|sjabloon"
    ),
    "course": (
        r"(?:course|training|class|session)s? (?:date|period|held|from)s?|\bheld\b(?: on| from| at)?|\b(?:from|vom"
        r"|du|dal|del)\s*$"
        r"|dates? of (?:the )?(?:training|course|attendance|test|exam\w*|assessment)|(?:test|exam\w*|assessment"
        r"|start|training) dates?"
        r"|attended|\btraining\b|schulung\w*|lehrgang\w*|\bkurs\w*|durchgefuhrt|stattgefunden|prufung\w*|\bcelebrad\w*"
        r"|\bimpartid\w*|realizad\w*|dates? de (?:la )?formation|\bsvolt\w*|\btenut\w*|\bprzeprowadz\w*|w dniach"
        r"|w terminie|odbyt\w*|cursus\w*|examendatum|konan\w*|受講\w*|実施\w*|講習\w*(?=期|日)|교육\s?기간|gehouden"
    ),
    "start": (
        r"(?:period|validity) (?:begins?|starts?)|valid(?:ity)? from|effective(?: from| date)?|gultig (?:ab"
        r"|von|vom|seit)|valable (?:du|a partir)"
        r"|valid[oa] (?:del?|desde|dal)"
        r"|geldig van\w*|wazn\w* od|plat\w* od|有効期間開始|validfrom"
    ),
    "issue": (
        r"\bissu[a-z]*|\biss\b\.?|certified since|approv(?:ed on|al date)|re-?certified on"
        r"|date of award|award[a-z]*(?: on)?|granted|conferred|given (?:this|at|on|under)|certifi(?:ed"
        r"|cation date)"
        r"|date certified|ausgestellt\w*|ausstell\w*|ausgegeben|ausgabedatum|verliehen|erteil\w*|\bexpedi\w*|emision"
        r"|emitid\w*"
        r"|otorga\w*|concedid\w*|delivre\w*|delivrance|emis(?:sion|e)?\b|etabli\w*|fait (?:a|le)|rilasci\w*|emess\w*"
        r"|emissao"
        r"|wydan\w*|wydano|wystawi\w*|afgifte\w*|afgegeven|uitgereikt|uitgifte\w*|vydan\w*|vystav\w*|kiallit\w*"
        r"|\bkelt\b"
        r"|eliberat\w*|utfarda\w*|utstedt\w*|udsted\w*|myonne\w*|verilis\w*|duzenlen\w*|выда\w*|видан\w*|交付\w*|発行\w*"
        r"|发证\w*|颁发\w*|签发\w*|發證\w*|核发\w*|발급\w*|발행\w*|^4a[.)]?(?=\s|$)"
    ),
    "completed": (
        r"^(?:end|ende|einde|fin|fine|koniec|konec)\W*$|complet\w*|\bpass(?:ed)?\b(?: on)?|achiev\w*|\bearned"
        r"|qualified|graduat\w*|bestanden|abgeschlossen"
        r"|absolvier\w*"
        r"|abschluss\w*|obten\w*|superad\w*|consegui\w*|ukoncz\w*|zaliczon\w*|behaald|geslaagd|修了\w*|取得\w*|合格\w*"
    ),
}
VALID = re.compile(r"valid|gultig|gueltig|valable|wazn|geldig|платн|有効|erveny|vigenc|gyldig|giltig")
NEVER = re.compile(
    r"(?:does not|doesn't|will not|never) expires?|no expir\w*(?: date)?|(?:expir\w*|valid until"
    r"|gultig bis)\W{1,4}(?:never|none|n/a)"
    r"|unbefristet\w*(?: gultig)?|unbegrenzt gultig|lifetime validity|sans limite de validite"
    r"|sin (?:fecha de )?caducidad"
    r"|no caduca|senza scadenza|bezterminow\w*|onbeperkt geldig|無期限|长期有效|tidsubegr\w*"
)
NUMBER = re.compile(
    r"(?:certificate|certification|licen[cs]e|card|credential|diploma|permit|badge|document|award|cert|lic|ecard"
    r"|verification)"
    r"\.?[\s(-]*(?:id\b|no\b|nr\b|n°|n\.? ?°|number|num\b|code|#|№|reference|ref\b)"
    r"|(?:zertifikat|ausweis|bescheinigung|urkunde|fuhrerschein|schein|diplom|nachweis|karten|dokument"
    r"|lizenz)\w*[\s./-]*"
    r"(?:nr\b|nummer|no\b|id\b)|(?:certificat|attestation|diplome|carte|permis|titre|brevet)\w*\W{1,3}n[°o]"
    r"|n[.°o ]{0,3}\s?(?:de |du |di |do |d')(?:certific|attest|diplom|carn|carte|permis|titul|titre|licen|tess"
    r"|credencial|patente)\w*"
    r"|\bid (?:del? |du |of (?:the )?)(?:certif|credenc|diplom|badge)\w*"
    r"|num\w*\W{1,3}(?:de |del |di |do |du )(?:certific|attest|diplom|carn|carte|permis|titul|licen|patente)\w*"
    r"|(?:zaswiadczeni|swiadectw|certyfikat|uprawnien|legitymacj|dyplom)\w*\W{1,3}(?:nr|numer)\b|(?:nr"
    r"|numer) (?:zasw|swiad|cert|dypl|upr|leg)\w*"
    r"|(?:diploma|certificaat|pas|bewijs)[\s-]?(?:nummer|nr\b)|(?:cislo|cislo) (?:osved|prukaz|certif)\w*"
    r"|(?:osvedceni|certifikat)\w* c\."
    r"|修了証番号|登録番号|証明書番号|免許証番号|証書番号|证书编号|证书号\w*|编号|番号|자격번호|발급번호|등록번호|(?:certificate|certifikat)number|credentialid"
)
WEAK_NUMBER = re.compile(
    r"(?<![a-z])(?:no\.|nr\.?|n°|n\.|num\.?|number|numer|numero|nummer|#|№|id|5[.](?=\s))\s*:?\s*$"
)
# What has a number of its own, which isn't the credential's.
OTHERS_NUMBER = re.compile(
    r"\btel\b|phone|telefon|\bfax|mobile|\border|auftrag|\bform\b|\bdni\b|\bnie\b|passport|\bid card|birth|insurance"
    r"|\bvat\b|\bhrb\b"
    r"|siret|\bpesel|employee|personal-?nr|customer|kunden|invoice|rechnung|reference|course|kurs|class\b"
    r"|training cent|cent(?:er|re)"
    r"|provider|trainer|instructor|assessor|examiner|ausbilder|company|firm|account|\bpage|seite|helpdesk|student"
    r"|learner|member"
    r"|pedido|commande|ordine|zamowien|bestell|po box|iban|\breg(?:istered|istration)? (?:office|charity|company)"
    r"|ofqual|\bacct"
    r"|電話|受講番号|批号"
)
# Before the name of whoever holds the credential.
HOLDER = re.compile(
    r"certif(?:y|ies)(?: to all)?(?: that)?|(?:presented|awarded|granted|given|issued) to|confer(?:s|red)?(?: up)?on"
    r"|\b(?:card ?)?holder\b"
    r"|^(?:[a-z']+ ){0,3}names?\b|\bnames?\s*:|^d\./dna\.|^d\.a?(?=\s)"
    r"|^(?:the )?(?:employee|candidate|student|learner|delegate|participant|attendee|operator|recipient"
    r"|owner)(?:'s)?(?: name)?\s*(?=[:/]|$)"
    r"|recipient name|(?:complet|realiz|absolv|superad)\w* (?:por|by|par|von|da)\b|statement that"
    r"|name of (?:the )?(?:operator"
    r"|holder|candidate|participant|student|learner)|credentialsubject name"
    r"|inhaber(?:in)?\b|teilnehmer(?:in)?\b|herrn?/frau|\bherrn?\b|\bfrau\b|hiermit wird bescheinigt|\bvorname(?:,"
    r"| und) n\w+"
    r"|^nom\s*:|nom et prenoms?|prenoms? et nom|\btitulaire|stagiaire|certifie que|atteste que|se certifica que"
    r"|certifica que"
    r"|a favor de|otorga a"
    r"|nombre(?: y apellidos?)?|titular|alumn[oa]/?a?\b|si (?:attesta|certifica) che|nome(?: e cognome)?"
    r"|cognome e nome|conferito a"
    r"|zaswiadcza(?: sie)?,? ze|pan/pani|panu?/pani\w*|imie i nazwisko|naam\b|氏\s?名|姓\s?名|성\s?명|이름|受講者名?"
)
# At the beginning of a letter; only where nothing else says who holds it.
GREETING = re.compile(
    r"^(?:dear|sehr geehrte[rs]?|liebe[rs]?|estimad[oa]|chere?|gentile|egregio|szanown[ya]|beste|geachte)\b"
)
FAMILY = re.compile(
    r"(?:sur|last ?|family ?|nach|familien|achter)na(?:me?|am)s?|\bnom(?: de famille)?\s*:?$|apellidos?|cognome"
    r"|nazwisko|prijmeni|^姓$"
)
GIVEN = re.compile(
    r"(?:first|given|fore)[ -]?names?|vorname\w*|voorna(?:am|men)|prenoms?|^nombres?\s*:?$|^nome\s*:?$|\bimie(?! i)"
    r"|imiona|^名$"
)
# Fields by number, as on European driving licences: only where one of 4a, 4b, 4c is, too.
NUMBERED, FIRST, SECOND = re.compile(r"^4[abc][.)]?\s"), re.compile(r"^1\."), re.compile(r"^2\.")
# Whoever else is named on a certificate.
OTHERS_NAME = re.compile(
    r"train(?:er|ing)|issuing|instructor|teacher|tutor|assessor|examin|director|chancellor|registrar|coordinator|manager"
    r"|\bhead of|president|dean\b"
    r"|chair|principal|signat|signed|sign(?:ature|ataire)|ausbilder|leiter|prufer|geschaftsf|dozent|vorsitz"
    r"|unterschrift|formateur|directeur"
    r"|responsable|formador|director|firma|\bfdo|rektor|kierownik|prowadzacy|egzaminator|docente|direttore"
    r"|responsabile|examenleider|docent"
    r"|witness|supervisor|authori[sz]ed|verified by|issued by|issuer|company|employer|school|course|organi[sz]ation"
    r"|cent(?:er|re)|provider"
    r"|file ?name|user ?name|brand|product|badge name|kurs|firmen|sincerely|代表|講師|所長|理事長|校長"
)
KIND = re.compile(
    r"(?:course|qualification|credential|training|programme?|type|module|class|badge|achievement|title|subject"
    r"|licen[cs]e|category)s?(?: (?:title|name|type))?\W*$"
    r"|certificate(?: (?:in|of|for)|:)\W*$|(?:^|\d{4},? )to .{3,40} (?:for|in)\W*$|(?:completed|passed"
    r"|attended|finished|degree of|diploma in|competent (?:in|as)"
    r"|trained in|qualified (?:as|in))\W*(?:the )?(?:\w+ )?(?:course|training)?\W*$"
    r"|(?:kurs|lehrgang|schulung|qualifikation|ausbildung|berechtigung|seminar)\w*\W*$|(?:formation|stage|titre)\W*$"
    r"|(?:curso|corso|titulo|titolo|formacion)\W*$"
    r"|(?:szkolenie|kurs|szkolenia|kwalifikacj\w*)\W*$|(?:opleiding|cursus)\W*$|(?:講習|科目|資格|課程|名称|课程)\W*$|(?:badge"
    r"|achievement) name\W*$"
)
# What the languages of `languages` add to these.
MORE: dict[str, str] = {what: f"|{phrases(what)}" for what in ("issue", "expiry", "birth")}
HOLDER = re.compile(f"{phrases('holder')}|{HOLDER.pattern}|(?:^|\\d{{4}},? )to(?=\\s)")
OTHERS_NAME = re.compile(f"{OTHERS_NAME.pattern}|{phrases('others')}")
FAMILY = re.compile(f"{FAMILY.pattern}|{phrases('family')}")
GIVEN = re.compile(f"{GIVEN.pattern}|{phrases('given')}")
KIND = re.compile(f"{KIND.pattern}|(?:{phrases('kind')})\\W*$")
WEAK_NUMBER = re.compile(
    f"{WEAK_NUMBER.pattern}|(?:your |this |the )?(?:new )?(?:certificate|licence|license|card)\\W{{0,2}}(?=\\S*\\d"
    f"|[a-z]{{1,4}} \\d)"
    "|reg(?:istr(?:o|ation|y|ierungs?))?\\W{0,2}(?:n[o°r]\\W{0,2})?(?=\\S*\\d)"
    f"|(?:{phrases('number')})[\\s.:]*(?=\\S*\\d|$)"
)
AFTER = re.compile(rf"^\W*(?:{phrases('after')})")
UNITS = {"month": 1, "year": 12}
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
VALID_FOR = re.compile(
    r"(?:valid\w*|gultig\w*|gueltig\w*|valable|geldig\w*|wazn\w*|expires?|有効期間|有效期)[^.\d]{0,30}?\b(\d{1,3}|"
    + "|".join(WORDS)
    + r")[\s-]*"
    r"(?:\(\w+\)\s*)?(?:(?P<year>years?|jahre?n?|anos?|ans?\b|anni?|lata?\b|jaar|年)|(?P<month>months?|monate?n?"
    r"|mes(?:es|i)|mois|miesi\w*|maand\w*|か月|个月))"
)


@lru_cache(maxsize=1)
def _dates() -> re.Pattern[str]:
    words = {"number": NUMBER.pattern} | {what: f"{said}{MORE.get(what, '')}" for what, said in DATES.items()}
    return re.compile("|".join(f"(?P<{role}>{some})" for role, some in words.items()))


@lru_cache(maxsize=4096)
def roles(text: str) -> tuple[str, ...]:
    """What the words in a text say of dates beside it, in their order."""
    return tuple(role for role in _every(text) if role != "number")


def role(text: str) -> str:
    """What the last words in a text say of what comes after it, 'number' where it is no date at all."""
    found = _every(text)
    return found[-1] if found else ""


def begins(text: str) -> bool:
    """Whether a text begins with a label."""
    return any(pattern.match(text) for pattern in (_dates(), HOLDER, OTHERS_NAME))


@lru_cache(maxsize=4096)
def _every(text: str) -> tuple[str, ...]:
    return tuple(found.lastgroup or "" for found in _dates().finditer(text))


def validity(text: str) -> int:
    """The months of a text like 'valid for three years', 0 where it says none."""
    found = VALID_FOR.search(text)
    if not found:
        return 0
    count = WORDS.index(found[1]) + 1 if found[1] in WORDS else int(found[1])
    return count * UNITS["year" if found["year"] else "month"]
