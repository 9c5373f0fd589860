"""Months: their names in the languages of certificates, as `spelling.plain` makes them; without looking them up.

From CLDR as babel has it (`schema.notation`), which takes a third of a second to read; a test compares them.
"""

from __future__ import annotations

# The languages whose names are here.
LANGUAGES = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "hu", "ro", "sv", "da", "nb", "fi", "tr", "hr", "sl"),
    *("lt", "lv", "et", "el", "bg", "ru", "uk", "sr_Latn", "ca", "id", "vi"),
)
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
# Month by month, parted by lines; some words mean another month in another language (listopad).
# ruff: noqa: RUF001 - Cyrillic and Greek letters are meant
_NAMES = """
1 january jan januar janvier janv enero ene gennaio gen janeiro januari stycznia sty styczen ledna led leden januara
ianuarie ian tammikuuta tammi tammikuu ocak oca sijecnja sij sijecanj sausio saus sausis janvaris jaanuar jaan gener
ιανουαριου ιαν ιανουαριοσ януари яну января янв январь січня січ січень
2 february feb februar fevrier fevr febrero febbraio fevereiro fev februari lutego lut luty unora uno unor februara
febr februarie helmikuuta helmi helmikuu subat sub veljace velj veljaca vasario vas vasaris februaris veebruar veebr
febrer φεβρουαριου φεβ φεβρουαριοσ февруари фев февраля февр февраль лютого лют лютии
3 march mar mrz marz mars marzo marco maart mrt marca marzec brezna bre brezen marec marcius marc martie marts
maaliskuuta maalis maaliskuu mart ozujka ozu ozujak kovo kov kovas maret μαρτιου μαρ μαρτιοσ март марта мар березня
бер березень
4 april apr avril avr abril abr aprile kwietnia kwi kwiecien dubna dub duben aprila aprilis aprilie huhtikuuta huhti
huhtikuu nisan nis travnja tra travanj balandzio bal balandis aprill απριλιου απρ απριλιοσ април апр апреля апрель
квітня квіт квітень
5 may mai mayo maggio mag maio mei maja maj kvetna kve kveten majus toukokuuta touko toukokuu mayis svibnja svi
svibanj geguzes geg geguze maijs maig μαιου μαι μαιοσ маи мая травня трав травень
6 june jun juni juin junio giugno giu junho czerwca cze lip czerwiec cervna cvn cerven juna junius iunie iun kesakuuta
kesa kesakuu haziran haz lipnja lipanj junij birzelio birz birzelis junijs juuni juny ιουνιου ιουν ιουνιοσ юни июня
июн июнь червня черв червень
7 july jul juli juillet juil julio luglio lug julho lipca lip lipiec cervence cvc srp cervenec jula julius iulie iul
heinakuuta heina heinakuu temmuz tem srpnja srpanj julij liepos liep liepa julijs juuli juliol ιουλιου ιουλ ιουλιοσ
юли июля июл июль липня лип липень
8 august aug aout agosto ago augustus sierpnia sie sierpien srpna srp srpen augusta augusztus augusti elokuuta elo
elokuu agustos agu kolovoza kol kolovoz avgust avg rugpjucio rugp rugpjutis augusts agost agustus αυγουστου αυγ
αυγουστοσ август авг августа серпня серп серпень
9 september sep sept septembre septiembre settembre set setembro wrzesnia wrz wrzesien zari zar septembra szeptember
szept septembrie syyskuuta syys syyskuu eylul eyl rujna ruj rujan rugsejo rugs rugsejis septembris septembar setembre
σεπτεμβριου σεπ σεπτεμβριοσ септември сеп сентября сент сентябрь вересня вер вересень
10 october oct oktober okt octobre octubre ottobre ott outubro out pazdziernika listopada paz lis pazdziernik listopad
rijna rij rijen oktobra octombrie lokakuuta loka lokakuu ekim eki spalio spal spalis oktobris oktoober oktobar
οκτωβριου οκτ οκτωβριοσ октомври окт октября октябрь жовтня жовт жовтень
11 november nov novembre noviembre novembro listopada lis listopad listopadu novembra noiembrie marraskuuta marras
marraskuu kasim kas studenoga stu studeni lapkricio lapkr lapkritis novembris novembar νοεμβριου νοε νοεμβριοσ ноември
ное ноября нояб ноябрь листопада лист листопад
12 december dec dezember dez decembre diciembre dic dicembre dezembro grudnia gru grudzien prosince pro prosinec
decembra decembrie desember des joulukuuta joulu joulukuu aralik ara prosinca prosinac gruodzio gruod gruodis
decembris detsember dets decembar desembre δεκεμβριου δεκ δεκεμβριοσ декември дек декабря декабрь грудня груд грудень
"""


def _read() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {name: (k,) for k, name in enumerate(ROMAN, 1)}
    month = 0
    for word in _NAMES.split():
        if word.isdigit():
            month = int(word)
        else:
            found[word] = (*found.get(word, ()), month)
    return found


MONTH_WORDS = _read()  # by name the months that it may mean
