"""How an audit row and a personal value are hashed."""

from __future__ import annotations

import hashlib
import json

from chengyun.kernel.models.history import Audit

GENESIS = "0" * 64


def digest(row: Audit) -> str:
    """The hash an audit row must carry, from its own content and the previous row of its object."""
    content = {
        "at": row.at.isoformat(),
        "verb": row.verb,
        "subject": [row.subject_type, row.subject_id, row.subject_code],
        "seq": row.seq,
        "area": row.area,
        "actor": row.actor_id,
        "post": row.post,
        "edition": row.edition,
        "facts": row.facts,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((row.previous + text).encode()).hexdigest()


def salted(value: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{value}".encode()).hexdigest()
