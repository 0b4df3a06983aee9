"""How names sort and match."""

from __future__ import annotations

import unicodedata


def name_key(name: str) -> str:
    """The name case-folded, without accents, with single spaces: `"  Émile  GROß "` → `"emile gross"`.

    Stored beside the name, so that sorting and matching do not depend on a server's collation.
    Letters that have no decomposition (`ø`, `ł`) stay. The result of a key is the key itself.
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFKC", bare).casefold().split())
