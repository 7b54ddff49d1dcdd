"""From a file's bytes to checked rows: read, recognise, map, check. No database here.

A source is a profile, not code: profiles/*.toml name the columns, formats, words and questions
of one scheduling system. `source_file.open_source` is the way in; what comes out is `rows.Chunk`.
"""
