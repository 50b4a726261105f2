"""The door platforms call at: ``/callbacks/chirpstack``, ``/callbacks/onenet/SENDER``, ``/callbacks/iotda/SENDER/KEY``.

Whoever proves to be the platform is answered 200 when the readings are durable; also when they cannot be read, which is
kept as it came, and when nobody has adopted the device: a platform that is refused holds up what follows, or bars us.
401 without a proof; 503 when nothing can be kept now.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from chengyun.city.people.models import User
from chengyun.gateways import callbacks
from chengyun.gateways.callback_keys import key_of, sender_named
from chengyun.gateways.faults import Fault
from chengyun.gateways.forms import asked
from chengyun.gateways.http import (
    Answer,
    Receive,
    Scope,
    Send,
    Text,
    answered,
    body_of,
    kept,
    refusal,
    token_in,
)
from chengyun.gateways.intake import Intake, Refused
from chengyun.gateways.ledger import Ledger
from chengyun.gateways.talk import Heard, as_rows
from chengyun.gateways.tokens import NotAllowed, Stranger

PATH = "/callbacks/"
CHIRPSTACK, ONENET, IOTDA = PLATFORMS = ("chirpstack", "onenet", "iotda")

Read = Callable[[], list[Heard]]


class CallbackDoor:
    """One for all platforms."""

    def __init__(self, intake: Intake, ledger: Ledger) -> None:
        self.intake, self.ledger = intake, ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        try:
            answer = await self._answer(scope, receive)
        except Answer as refused:
            answer = refused
        await answered(send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        parts = scope["path"].removeprefix(PATH).split("/")
        if scope["method"] == "GET" and parts[0] == ONENET:
            return await self._verified(scope, *parts[1:])
        if scope["method"] != "POST":
            raise refusal(HTTPStatus.METHOD_NOT_ALLOWED, "refused", "平台的回调用 POST 推送。")
        body = await body_of(receive)
        match parts:
            case ["chirpstack"]:
                return await self._chirpstack(scope, body)
            case ["onenet", username]:
                return await self._onenet(username, body)
            case ["iotda", username, key]:
                return await self._iotda(username, key, body)
        raise refusal(HTTPStatus.NOT_FOUND, "missing", "没有这个回调地址，见手册「平台的回调」。")

    async def _verified(self, scope: Scope, username: str = "", *more: str) -> Answer:
        """OneNET asks whether the address is ours, and wants its message back."""
        msg, nonce = asked(scope, "msg"), asked(scope, "nonce")
        await self._signed(username, nonce, msg, asked(scope, "signature"))
        return Text(msg)

    async def _chirpstack(self, scope: Scope, body: bytes) -> Answer:
        token, event = token_in(scope), asked(scope, "event")
        try:
            sender = await self.intake.senders.of(token)
        except (Stranger, NotAllowed) as error:
            sentence = "请在集成的请求头里写报送平台的令牌：Authorization: Bearer …"
            raise _unproved(sentence) from error
        return await self._take(
            CHIRPSTACK, sender, body, partial(callbacks.chirpstack, body, event)
        )

    async def _onenet(self, username: str, body: bytes) -> Answer:
        try:
            pushed = callbacks.pushed_of(body)
        except Fault as fault:
            raise _unproved(f"没有签名：{fault.sentence}") from fault
        sender = await self._signed(username, pushed.nonce, pushed.signed, pushed.signature)
        return await self._take(ONENET, sender, body, partial(callbacks.onenet, pushed.msg))

    async def _iotda(self, username: str, key: str, body: bytes) -> Answer:
        sender = await self._sender(username)
        if sender is None or not _same(key, key_of(IOTDA, sender)):
            raise _unproved("回调地址里的账号或口令不对，请照 chengyun callbacks 打印的写。")
        return await self._take(IOTDA, sender, body, partial(callbacks.iotda, body))

    async def _signed(self, username: str, nonce: str, signed: str, signature: str) -> User:
        """The account whose key signed a message; what a query made of + is put back."""
        sender = await self._sender(username)
        if sender is not None:
            right = callbacks.signature_of(key_of(ONENET, sender), nonce, signed)
            if _same(signature.replace(" ", "+"), right):
                return sender
        raise _unproved("签名不对：请核对回调地址里的账号和 OneNET 里填的 Token。")

    async def _sender(self, username: str) -> User | None:
        return await self.intake.ask(lambda: sender_named(username))

    async def _take(self, platform: str, sender: User, body: bytes, read: Read) -> Answer:
        try:
            heard = read()
            rows = as_rows(heard)
            if heard and not rows:
                raise Fault("no_numbers", "报文里没有数值。", heard[0].device)
        except Fault as fault:
            name = self._speaker(fault.device, sender)
            self.ledger.fault(platform, name, fault, body)
            return Answer(HTTPStatus.OK, kept=0, waiting=[], message=fault.sentence)
        for each in heard:
            self.ledger.heard(platform, self._speaker(each.device, sender))
        if not rows:
            return Answer(HTTPStatus.OK, kept=0, waiting=[])
        try:
            taken = await self.intake.take(rows, sender)
            return kept(taken, self.intake.register(), sender)
        except Refused as error:
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too_many", str(error))

    def _speaker(self, device: str, sender: User) -> str:
        """A device by its code, what nobody has adopted by the account of its platform."""
        return device if self.intake.register().reaches(device, sender) else sender.username


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _unproved(sentence: str) -> Answer:
    return refusal(HTTPStatus.UNAUTHORIZED, "unauthenticated", sentence)
