"""Why something is ended before its time: asked for by every verb that does so, kept in the audit."""

from __future__ import annotations

from chengyun.kernel.errors import wrong

LONGEST_REASON = 200


def why(reason: str) -> dict[str, str]:
    """The reason as a fact; Invalid when there is none."""
    said = reason.strip()
    if not said:
        raise wrong("reason", "请写明为什么结束。")
    if len(said) > LONGEST_REASON:
        raise wrong("reason", f"最多 {LONGEST_REASON} 字，现在有 {len(said)} 字。")
    return {"reason": said}
