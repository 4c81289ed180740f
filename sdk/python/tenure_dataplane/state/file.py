"""Files of nodes: gzip (RFC 1952), one member without flags, or the node as it is."""

from __future__ import annotations

import zlib
from typing import Final

from .cursor import node_malformed

#: Of a node when it is unpacked: more than 256 payloads of 16 KiB and what is around them.
MAX_NODE_BYTES: Final = 8 * 1024 * 1024

#: gzip, deflate, no flags: no optional fields, which only differ between libraries.
_GZIP: Final = b"\x1f\x8b\x08\x00"


def unpack_node(file: bytes) -> bytes:
    """The node in a file; refuses (``state-node-malformed``) what is broken or too large."""
    if not file.startswith(_GZIP):
        if len(file) > MAX_NODE_BYTES:
            raise node_malformed(f"over {MAX_NODE_BYTES} bytes")
        return file
    # With a header and a trailer: zlib compares checksum and length itself.
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        node = inflater.decompress(file, MAX_NODE_BYTES + 1)
    except zlib.error as error:
        raise node_malformed("not gzip") from error
    if len(node) > MAX_NODE_BYTES or not inflater.eof or inflater.unused_data:
        raise node_malformed(f"cut, over {MAX_NODE_BYTES} bytes, or with something behind it")
    return node
