#!/usr/bin/env python3
"""rows.py FILE - the names in a file that tachyon-top saved, a line for each row: of functions, or
of threads. The ending tells whether it is JSON or CSV; else it is text, of functions.
"""

import csv
import json
import sys


def rows_of_text(file):
    """The rows under the titles, which say where each column begins."""
    titles = next(line for line in file if "FUNCTION" in line)
    begin, end = titles.index("FUNCTION"), titles.index("FILE:LINE")
    return [{"function": line[begin:end].strip()} for line in file]


def main():
    path = sys.argv[1]
    with open(path, encoding="utf-8", newline="") as file:
        if path.endswith(".json"):
            rows = json.load(file)["rows"]
        elif path.endswith(".csv"):
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        else:
            rows = rows_of_text(file)
    for row in rows:
        print(row["name"] if "tid" in row else row["function"])


main()
