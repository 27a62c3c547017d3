"""Ends files of cached results with the right hash again: reseal.py FILE…  (what stands in them may be wrong)"""

import re
import sys
from pathlib import Path


def fnv1a(text: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in text:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


for name in sys.argv[1:]:
    body = re.sub(rb"check [0-9a-f]+\n$", b"", Path(name).read_bytes())
    Path(name).write_bytes(body + b"check %016x\n" % fnv1a(body))
