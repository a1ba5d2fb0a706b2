"""The names of months: in full and cut short, in English, German, French and Spanish, in letters large and small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

FULL, SHORT = "MMMM", "MMM"
_FULL = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
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
