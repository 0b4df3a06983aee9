"""The library of texts: list, editor with live preview, versions."""
