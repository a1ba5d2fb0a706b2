"""What a user name looks like, so that nobody can pass for somebody else. Pure.

Two names are alike when a reader would take one for the other: upper and lower case, and letters that are drawn like
those of ASCII. The tables have what common fonts draw alike, after Unicode's list of confusable characters (UTS 39);
letters and digits of ASCII all stay different from one another.
"""

from __future__ import annotations

import unicodedata

# ruff: noqa: RUF001  the letters that Ruff takes for others are what this is about
_DRAWN_CAPITALS = {
    "АВСЕНКМОРТХЅІЈҮԜԚԌ": "abcehkmoptxsijywqg",  # Cyrillic
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ": "abezhikmnoptyx",  # Greek
    "ՍՏՕԼ": "usol",  # Armenian
    "ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ": "abcdeghjklmprstvwz",  # Cherokee
}
_DRAWN_SMALL = {
    "аеорсухѕіјһԁԛԝӏгьүѵ": "aeopcyxsijhdqwlrbyv",  # Cyrillic
    "αορνιυϲϳγχκ": "aopviucjyxk",  # Greek
    "օսոհցզ": "ounhgq",  # Armenian
    "ıɑɡɩɪʏᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢʙʜʟɴʀꜱꜰɾʋ": "iagiiyacdejkmoptuvwzbhlnrsfrv",  # Latin letters of phonetics
}
_CAPITALS, _SMALL = (
    str.maketrans("".join(drawn), "".join(drawn.values())) for drawn in (_DRAWN_CAPITALS, _DRAWN_SMALL)
)


def skeleton(name: str) -> str:
    """Return what ``name`` looks like, its skeleton (UTS 39): equal for names that readers take for one another."""
    drawn = unicodedata.normalize("NFKC", name).translate(_CAPITALS)
    return drawn.casefold().translate(_SMALL)
