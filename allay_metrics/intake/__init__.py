"""From a file's bytes to checked rows: read, recognise, map, check. No database here.

A scheduling system is described by a profile, not by code: profiles/*.toml name its columns,
formats, words and questions. `source_file.open_source` opens a file, which yields `rows.Chunk`.
"""
