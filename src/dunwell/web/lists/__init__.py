"""Lists of rows: what one is (`table`), as a person asks for it (`shown`), and its pages, files and bulk actions."""
