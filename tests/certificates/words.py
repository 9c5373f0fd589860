"""Days and years in words, as solemn certificates write them; for the layouts, apart from what reads them."""

from __future__ import annotations

EN = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
EN_NTH = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
DE = (
    *("", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    *("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"),
)
DE_NTH = {1: "ersten", 3: "dritten", 7: "siebten"}
FR = (
    *("", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize"),
    *("quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
ES = (
    *("", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece"),
    *("catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidós"),
    *("veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve"),
)


def english(number: int) -> str:
    """32 as 'thirty-two'."""
    tens, ones = divmod(number, 10)
    if number < len(EN):
        return EN[number]
    return ("", "", "twenty", "thirty")[tens] + (f"-{EN[ones]}" if ones else "")


def english_year(year: int) -> str:
    """2026 in one of three ways."""
    rest = english(year - 2000)
    return (f"two thousand {rest}", f"two thousand and {rest}", f"twenty {rest}")[year % 3 if year > 2019 else year % 2]


def ordinal(day: int) -> str:
    """22 as 'twenty-second'."""
    before, dash, last = english(day).rpartition("-")
    last = EN_NTH.get(last, f"{last.removesuffix('y')}ieth" if last.endswith("y") else f"{last}th")
    return f"{before}{dash}{'twelfth' if last == 'twelveth' else last}"


def german(number: int) -> str:
    """26 as 'sechsundzwanzig'."""
    tens, ones = divmod(number, 10)
    if number < len(DE):
        return DE[number]
    return (f"{DE[ones]}und" if ones else "") + ("", "", "zwanzig", "dreißig")[tens]


def german_day(day: int) -> str:
    """22 as 'zweiundzwanzigsten'."""
    return DE_NTH.get(day, german(day) + ("ten" if day < len(DE) else "sten"))


def german_year(year: int) -> str:
    return f"zweitausend{german(year - 2000)}"


def french(number: int) -> str:
    """21 as 'vingt et un'."""
    tens, ones = divmod(number, 10)
    if number < len(FR):
        return FR[number]
    ten = ("", "", "vingt", "trente")[tens]
    return ten + ("" if not ones else f" et {FR[ones]}" if ones == 1 else f"-{FR[ones]}")


def spanish(number: int) -> str:
    """31 as 'treinta y uno'."""
    if number < len(ES):
        return ES[number]
    return "treinta" + (f" y {ES[number - 30]}" if number > 30 else "")
