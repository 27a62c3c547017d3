"""Writes small inputs for networks: make_inputs.py"""

import gzip
import struct
import zlib
from pathlib import Path


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int) -> bytes:
    """Red grows to the right, green downwards, blue is 100."""
    rows = b"".join(b"\0" + b"".join(bytes([x * 20, y * 30, 100]) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def npy(shape: str, numbers: list[float]) -> bytes:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (117 - len(header)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{len(numbers)}f", *numbers)


def idx(sizes: list[int], content: bytes) -> bytes:
    return struct.pack(f">HBB{len(sizes)}I", 0, 8, len(sizes), *sizes) + content


wide = png(12, 8)
Path("picture.png").write_bytes(wide)
Path("small.png").write_bytes(png(4, 4))
Path("cut.png").write_bytes(wide[:60])
Path("steps.npy").write_bytes(npy("(3, 2)", [1, 10, 2, 20, 3, 30]))
Path("wide.npy").write_bytes(npy("(1, 5)", [1, 2, 3, 4, 5]))
Path("cut.npy").write_bytes(npy("(3, 2)", [1, 2, 3]))
digits = bytes(range(0, 256, 4)) + bytes(range(255, 0, -4))
Path("few-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx([8, 4, 4], digits), mtime=0))
Path("few-labels-idx1-ubyte").write_bytes(idx([8], bytes([0, 1, 2, 0, 1, 2, 0, 1])))
Path("few-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx([8], bytes([0, 1, 2, 0, 1, 2, 0, 1])), mtime=0))
Path("wrong-labels").write_bytes(idx([8], bytes([0, 1, 2, 0, 7, 2, 0, 1])))
Path("names.txt").write_text("square\nround\nlong\n")
