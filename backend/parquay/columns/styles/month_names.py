"""The names of months, in full and cut short, in letters large and small.

In English, German, French, Spanish, Italian, Portuguese and Dutch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

FULL, SHORT = "MMMM", "MMM"
_FULL = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "en2": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "en3": "Jan. Feb. Mar. Apr. May Jun. Jul. Aug. Sept. Oct. Nov. Dec.",
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "de2": "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "de3": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "fr2": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "es2": "ene feb mar abr may jun jul ago sept oct nov dic",
    "es3": "ene. feb. mar. abr. may. jun. jul. ago. sep. oct. nov. dic.",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "it2": "gen. feb. mar. apr. mag. giu. lug. ago. set. ott. nov. dic.",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "pt2": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "nl2": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    "nl3": "jan. feb. mrt. apr. mei juni juli aug. sept. okt. nov. dec.",
}
"""Where one language has several ways, they are numbered."""


def _variants(tables: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each list of names under its key; in capitals under the key in capitals; small or large behind a hyphen."""
    for key, names in tables.items():
        yield key, tuple(names.split())
        yield key.upper(), tuple(names.upper().split())
        if names != names.lower():
            yield f"{key}-small", tuple(names.lower().split())
        elif names != names.title():
            yield f"{key}-large", tuple(names.title().split())


NAMES: Mapping[tuple[str, str], tuple[str, ...]] = {
    (token, key): names for token, tables in ((FULL, _FULL), (SHORT, _SHORT)) for key, names in _variants(tables)
}
"""Twelve names by token and key, such as `MMM` and `de`."""


def tables_with(name: str) -> list[tuple[str, str]]:
    """The lists in which a name stands; of equal ones the first."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for key, names in NAMES.items():
        if name in names:
            found.setdefault(names, key)
    return list(found.values())
