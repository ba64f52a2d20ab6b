"""The part of curl that docs/api.md uses, for machines that have none."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import requests


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-G", dest="get", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="data", action="append", default=[])
    parser.add_argument("-F", dest="form", action="append", default=[])
    parser.add_argument("--data-urlencode", dest="encoded", action="append", default=[])
    parser.add_argument("-o", dest="output")
    parser.add_argument("-w", dest="write_out")
    asked = parser.parse_args()
    headers = dict(line.split(": ", 1) for line in asked.headers)
    query = [tuple(pair.split("=", 1)) for pair in (*asked.data, *asked.encoded)] if asked.get else None
    parts = [pair.split("=@", 1) for pair in asked.form]
    files = {name: (Path(path).name, Path(path).read_bytes()) for name, path in parts}
    text = "&".join(asked.data)
    body = Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()
    method = asked.method or ("GET" if asked.get or not (asked.data or files) else "POST")
    answer = requests.request(
        method,
        asked.url,
        params=query,
        headers=headers,
        data=None if asked.get or files else body,
        files=files or None,
        timeout=60,
    )
    Path(asked.output).write_bytes(answer.content) if asked.output else sys.stdout.buffer.write(
        answer.content
    )
    sys.stdout.flush()
    if asked.write_out:
        sys.stderr.write(
            asked.write_out.replace("%{stderr}", "").replace("%{http_code}", str(answer.status_code))
        )


if __name__ == "__main__":
    main()
