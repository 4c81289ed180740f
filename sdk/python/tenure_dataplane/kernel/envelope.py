"""DSSE v1 envelope, exactly one signature, in exactly this form (one line, no white space).

::

    {"payload":"<base64>","payloadType":"application/vnd.tenure.fact.v1+json",
     "signatures":[{"keyid":"<key id>","sig":"<base64>"}]}

What has the form is read by one regular expression; what has not is parsed as JSON only to say
which check it fails first.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .base64_strict import from_base64
from .errors import FactError
from .hashes import PAYLOAD_TYPE
from .json_tolerant import NotJsonError, parse_json

_FORM: Final = re.compile(
    r'\{"payload":"([A-Za-z0-9+/=]*)","payloadType":"'
    + re.escape(PAYLOAD_TYPE)
    + r'","signatures":\[\{"keyid":"([A-Za-z0-9][A-Za-z0-9._:-]{0,127})",'
    r'"sig":"([A-Za-z0-9+/=]*)"\}\]\}',
)


class Envelope(NamedTuple):
    """``payload`` verbatim: verify these bytes, then parse them."""

    payload: bytes
    key_id: str
    signature: bytes


def _malformed(why: str) -> FactError:
    return FactError("envelope-malformed", why)


def _first_fault(text: str) -> FactError:
    """Checks 2 to 6 of the specification, for a text that does not have the form."""
    try:
        value = parse_json(text)
    except NotJsonError:
        return _malformed("not JSON")
    if not isinstance(value, dict):
        return _malformed("not an object")
    payload_type = value.get("payloadType")
    if not isinstance(payload_type, str):
        return _malformed("no payloadType")
    if payload_type != PAYLOAD_TYPE:
        return FactError("payload-type-unknown", ascii(payload_type[:200]))
    signatures = value.get("signatures")
    if not isinstance(signatures, list):
        return _malformed("no signatures")
    if len(signatures) != 1:
        return FactError("signature-count", str(len(signatures)))
    return _malformed("another form than that of the specification")


def parse_envelope(text: str) -> Envelope:
    """One text for one envelope, so that there is no second reading."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise _first_fault(text)
    payload, signature = from_base64(found[1]), from_base64(found[3])
    if payload is None or signature is None:
        raise _malformed("payload or sig is not base64")
    return Envelope(payload, found[2], signature)
