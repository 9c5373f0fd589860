"""Comparing: names in Chinese characters, kana and Hangul, with and without a label."""

from __future__ import annotations

import pytest

from credtools.media.comparing import Facts, compare
from credtools.media.looked import Piece
from tests.certificates.small import facts, page

BARE = [
    pytest.param(page("修了証", "山田太郎 殿"), facts(name="山田 太郎"), "agrees", id="written together"),
    pytest.param(page("修了証", "山田太郎"), facts(name="太郎 山田"), "agrees", id="family name first"),
    pytest.param(page("수료증", "김민수"), facts(name="민수 김"), "agrees", id="family name first, Korean"),
    pytest.param(page("结业证书", "王小明 同学"), facts(name="王小明"), "agrees", id="Chinese"),
    pytest.param(page("修了証", "佐藤 花子 殿"), facts(name="山田 太郎"), "differs", id="another, Japanese"),
    pytest.param(page("结业证书", "李建国同学:"), facts(name="王小明"), "differs", id="another, Chinese"),
    pytest.param(page("수료증", "박지영 님"), facts(name="김 민수"), "differs", id="another, Korean"),
    pytest.param(page("修了証", "佐藤花子 殿"), facts(name="Taro Yamada"), "", id="a row in Latin letters"),
    pytest.param(
        page("修了証", "佐藤花子 殿"), facts(name="山田 太郎", others=("Hanako Sato",)), "", id="also in Latin letters"
    ),
    pytest.param(page("修了証", "やまだたろう 様"), facts(name="山田 太郎"), "", id="in kana"),
    pytest.param(page("수료증", "김민수 님"), facts(name="金民洙"), "", id="in Hangul"),
    pytest.param(page("結業證書", "張偉先生"), facts(name="张伟"), "", id="the characters of Taiwan"),
    pytest.param(page("修了証", "渡邊 齋 殿"), facts(name="渡辺 斎"), "", id="old characters"),
    pytest.param(page("修了証", "佐藤花子 殿", "鈴木一郎 様"), facts(name="山田 太郎"), "", id="two people"),
    pytest.param(
        page("修了証", "佐藤花子 殿", "担当 山田"), facts(name="山田 太郎"), "", id="the family name is there"
    ),
    pytest.param(page("修了証", "佐藤花子"), facts(name="山田 太郎"), "", id="nothing says that it is a name"),
    pytest.param(page("修了証", "お客様", "受講者様", "皆様"), facts(name="山田 太郎"), "", id="nobody's name"),
    pytest.param(page("修了証", "技能商事株式会社 殿"), facts(name="山田 太郎"), "", id="a company"),
    pytest.param(page("수료증", "고객님", "수강생 님"), facts(name="김 민수"), "", id="nobody's name, Korean"),
    pytest.param(page("結業證書", "講師", "李建国先生"), facts(name="王小明"), "", id="a trainer"),
    pytest.param(page("普通救命講習", "消防署長"), facts(name="山田 太郎"), "", id="titles"),
]
LABELLED = [
    pytest.param("성명", "김민수", "金民洙", "", id="in Hangul"),
    pytest.param("姓名", "張偉", "张伟", "", id="the characters of Taiwan"),
    pytest.param("氏名", "渡邊太郎", "渡辺 太郎", "", id="an old character"),
    pytest.param("姓名", "张丽", "张伟", "differs", id="another given name"),
    pytest.param("姓名", "張麗", "張偉", "", id="perhaps the same, in the characters of Taiwan"),
    pytest.param("氏名", "鈴木一郎", "渡辺 由美", "differs", id="another name, some of it old"),
    pytest.param("성명", "민수 김", "김 민수", "agrees", id="given name first"),
]


@pytest.mark.parametrize(("texts", "row", "verdict"), BARE)
def test_a_name_without_a_label(texts: tuple[Piece, ...], row: Facts, verdict: str) -> None:
    """It is another person's only where it is called 殿, 同学 or 님, is in the row's script, and can't be the row's."""
    assert of_name(texts, row) == verdict


@pytest.mark.parametrize(("label", "said", "name", "verdict"), LABELLED)
def test_a_name_in_other_characters(label: str, said: str, name: str, verdict: str) -> None:
    """What may be the same name in other characters, or in another script, is no difference."""
    assert of_name(page((label, said)), facts(name=name)) == verdict


def of_name(texts: tuple[Piece, ...], row: Facts) -> str:
    """What is said of the holder: agrees, differs or nothing."""
    found = compare(texts, True, row)
    if any(one.column == "user_name" for one in found.differs):
        return "differs"
    return "agrees" if any(one.column == "user_name" for one in found.agrees) else ""
