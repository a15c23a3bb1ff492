"""An oracle of the numbers of an edition, written from the file formats alone.

It shares no code with the product: plain Python and PyYAML, brute force instead of cleverness.
`oracle.expected` says what a single complete run must leave behind, `random_editions` writes
small, nasty, valid editions to compare on, `ambiguities.md` lists the readings that were taken.
"""
