"""What the dashboard costs, beside a yardstick measured in the same run: read the ratios.

`python -m benchmarks` measures all of it and writes docs/benchmarks.md; a name (`import`,
`queries`, `scope`, `browser`, `gate`, `ten_million`) measures that part alone and prints it.
"""
