"""Messages by e-mail, over the SMTP server of the city."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from chengyun.kernel.notify.specs import Envelope, Refused

FINAL = 500
"""An SMTP answer from here on says no for ever; below it, not now."""


def connected() -> bool:
    return bool(settings.EMAIL_HOST)


def send(envelope: Envelope) -> str:
    """Hand one letter to the server; its ``Message-ID`` is the number of the dispatch."""
    number = f"<{envelope.id}>"
    letter = EmailMessage(
        subject=envelope.title.replace("\n", " "),
        body="\n\n".join(part for part in (envelope.text, envelope.link) if part) + "\n",
        to=[envelope.address],
        headers={"Message-ID": number, "Auto-Submitted": "auto-generated"},
        connection=get_connection(),
    )
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise _meaning(*error.recipients[envelope.address]) from error
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error
    return number


def _meaning(code: int, said: bytes | str) -> Exception:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    sentence = f"邮件服务器答复 {code}：{words}"
    return Refused(sentence) if code >= FINAL else ConnectionError(sentence)
