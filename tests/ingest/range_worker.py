"""`parquay worker` for which small files are very large ones; `test_range_kills` kills it again and again.

python range_worker.py DIVIDED_BYTES RANGE_BYTES SEGMENT_BYTES
"""

from __future__ import annotations

import sys

from parquay.ingest.convert import division
from parquay.ingest.read import segmenter
from parquay.server.work import work
from parquay.settings import load

if __name__ == "__main__":
    division.DIVIDED_BYTES, division.RANGE_BYTES, segment_bytes = map(int, sys.argv[1:])
    segmenter.MIN_SEGMENT_BYTES = segmenter.MAX_SEGMENT_BYTES = segment_bytes
    sys.exit(work(load()))
