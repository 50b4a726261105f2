"""HJ 212: what pollution and dust monitors send, in the editions of 2005 and 2017.

Source: HJ 212-2017, 6.3 (frame), 6.3.3 (fields), appendix A (CRC); HJ/T 212-2005 for the older edition. A frame is
``##``, the length of the data in 4 digits, the data in GBK, 4 hexadecimal digits of its CRC, and CR LF.
"""

from __future__ import annotations

from typing import Any, Literal

from chengyun.gateways.faults import Fault

START, END = b"##", b"\r\n"
HEAD, TAIL = 6, 4
"""Bytes before the data (``##`` and the length) and of the CRC behind it."""
POLYNOMIAL = 0xA001
HEX = frozenset(b"0123456789abcdefABCDEF")
Dialect = Literal["standard", "modbus_high_first", "modbus_low_first", "swapped"]
STANDARD: Dialect = "standard"


def crc(data: bytes) -> int:
    """The CRC of appendix A over the data of a frame: 16 bits, *not* CRC-16/MODBUS."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            carry, register = register & 1, register >> 1
            register ^= POLYNOMIAL if carry else 0
    return register


def modbus(data: bytes) -> int:
    """CRC-16/MODBUS, which some devices send in the place of the standard's own: 16 bits."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            carry, register = register & 1, register >> 1
            register ^= POLYNOMIAL if carry else 0
    return register


def frames(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames at the beginning of a stream, and what is left of it for the next bytes to follow.

    A frame reaches from ``##`` to its CRC, without CR LF. What lies between frames is passed over. No more than one
    frame of the greatest length (about 10,000 bytes) is ever left.
    """
    found: list[bytes] = []
    while True:
        begin = stream.find(START)
        if begin < 0:
            return found, stream[-1:] if stream.endswith(START[:1]) else b""
        stream = stream[begin:]
        end = _end(stream)
        if end is None:
            return found, stream
        if end:
            found.append(stream[:end])
        stream = stream[end or len(START) :]


def _end(stream: bytes) -> int | None:
    """Where the frame at the beginning ends: 0 when it is none, None when more bytes have to come."""
    if len(stream) < HEAD:
        return None
    if not stream[len(START) : HEAD].isdigit():
        return 0
    told = HEAD + int(stream[len(START) : HEAD]) + TAIL
    line, following = stream.find(END), stream.find(START, len(START))
    ended = line >= HEAD + TAIL and (following < 0 or line < following)
    whole = len(stream) >= told and HEX.issuperset(stream[told - TAIL : told])
    if whole and (not ended or line <= told or dialect(stream[:told])):
        return told
    if (
        len(stream) >= told
        and HEX.issuperset(stream[told - TAIL : told])
        and told >= (line if ended else 0)
    ):
        return told
    if ended:
        return line  # its length is wrong, but it ends
    return None if len(stream) < told else 0


def decode(frame: bytes, *, strict: bool = True, kind: Dialect = STANDARD) -> dict[str, Any]:
    """The fields of a frame from ``##`` to its CRC, which is of a ``kind``.

    ``length``, ``length_ok``, ``crc`` and ``crc_computed`` (hexadecimal), ``crc_ok``; ``head``: the fields before CP;
    ``cp``: the groups of CP in their order, each a name → text; ``flag``: what the bits of Flag mean, where it stands.
    Texts stay texts. Raises Fault; not ``strict``, only for what is no frame at all.
    """
    frame = frame.rstrip(END)
    if not frame.startswith(START) or len(frame) < HEAD + TAIL or not frame[2:HEAD].isdigit():
        raise Fault("not_a_frame", "不是 HJ 212 帧：要以 ## 和四位长度开头，以四位 CRC 结尾。")
    data, given = frame[HEAD:-TAIL], frame[-TAIL:].decode("latin-1")
    told, computed = int(frame[2:HEAD]), crcs(data)[kind]
    fits = {"length_ok": told == len(data), "crc_ok": given.upper() == computed}
    if strict:
        _check(told, len(data), given, computed)
    head, groups = _fields(data.decode("gbk", "replace"))
    return {
        "length": told,
        **fits,
        "crc": given,
        "crc_computed": computed,
        "head": head,
        "cp": groups,
        **_flag(head.get("Flag", "")),
    }


def _check(told: int, length: int, given: str, computed: str) -> None:
    if told != length:
        raise Fault("length_mismatch", f"写的长度是 {told}，数据段有 {length} 字节。")
    if given.upper() != computed:
        raise Fault("bad_crc", f"CRC 不对：帧里是 {given}，算得 {computed}。")


def _fields(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    before, _, after = text.partition("CP=&&")
    groups = [_pairs(group, ",") for group in after.rpartition("&&")[0].split(";")]
    return _pairs(before, ";"), [group for group in groups if group]


def _pairs(text: str, between: str) -> dict[str, str]:
    found = (part.partition("=") for part in text.split(between) if "=" in part)
    return {name.strip(): value for name, _, value in found}


def _flag(text: str) -> dict[str, Any]:
    """Bit 0: an answer is wanted; bit 1: numbers of sub-packets stand in it; from bit 2 on: the edition."""
    if not text.isdecimal():
        return {}
    bits = int(text)
    wanted, parts = bool(bits & 1), bool(bits & 2)
    return {"flag": {"ack_wanted": wanted, "has_subpacket_no": parts, "version_code": bits >> 2}}


def dialect(frame: bytes) -> Dialect | None:
    """Which CRC a frame carries: the standard's, or one that devices are known to send; None when none fits."""
    given = frame[-TAIL:].decode("latin-1").upper()
    return next((kind for kind, told in crcs(frame[HEAD:-TAIL]).items() if told == given), None)


def crcs(data: bytes) -> dict[Dialect, str]:
    """The CRC of the data of a frame by each kind, the standard's first."""
    own, other = crc(data), modbus(data)
    return {
        STANDARD: f"{own:04X}",
        "modbus_high_first": f"{other:04X}",
        "modbus_low_first": f"{_turned(other):04X}",
        "swapped": f"{_turned(own):04X}",
    }


def _turned(word: int) -> int:
    """With its two bytes the other way round."""
    return (word & 0xFF) << 8 | word >> 8


def encoded(data: str) -> bytes:
    """A whole frame around the data, with length, CRC and CR LF: an answer of ours."""
    body = data.encode("gbk")
    return START + f"{len(body):04d}".encode() + body + f"{crc(body):04X}".encode() + END


def answer(head: dict[str, str], cn: str) -> bytes:
    """The answer to a frame (9014 to data, 9013 to a notice): its QN, ST, MN and PW, Flag of its edition, no CP.

    A frame without QN gets one without.
    """
    flag = int(head["Flag"]) & ~0b11 if head.get("Flag", "").isdecimal() else 4
    kept = "".join(f"{name}={head[name]};" for name in ("PW", "MN") if name in head)
    number = f"QN={head['QN']};" if head.get("QN") else ""
    return encoded(f"{number}ST=91;CN={cn};{kept}Flag={flag};CP=&&&&")
