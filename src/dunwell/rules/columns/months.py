"""Names of months in English, German, French, Spanish, Italian, Portuguese and Dutch."""

from __future__ import annotations

import unicodedata

_NAMES: tuple[str, ...] = (
    "january jan januar janner jaenner janvier janv enero ene gennaio gen janeiro januari jan",
    "february feb februar fevrier fevr fev febrero febbraio fevereiro februari",
    "march mar marz maerz mrz mars marzo marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro setiembre",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dicembre dezembro",
)
MONTHS: dict[str, int] = {name: month for month, names in enumerate(_NAMES, 1) for name in names.split()}

# Words that stand in a written date and say nothing about it
_WEEKDAYS = """
    monday mon tuesday tue tues wednesday wed thursday thu thur thurs friday fri saturday sat sunday sun
    montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sa sonnabend sonntag so
    lundi lun mardi mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim
    lunes martes miercoles mie jueves jue viernes vie sabado sab domingo dom
    lunedi martedi mercoledi giovedi gio venerdi sabato domenica
    segunda terca quarta quinta sexta feira seg ter qua qui sex
    maandag ma dinsdag woensdag wo donderdag vrijdag vr zaterdag za zondag zo
"""
_LITTLE_WORDS = "de del di den der le la el of the on st nd rd th er o a ro"
FILLERS = frozenset(_WEEKDAYS.split()) | frozenset(_LITTLE_WORDS.split())


def fold(text: str) -> str:
    """Lower case without accents: März and MARZ are one word."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
