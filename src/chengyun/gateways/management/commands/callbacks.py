"""``chengyun callbacks ACCOUNT``: what to fill in at ChirpStack, OneNET and Huawei IoTDA so that they call us."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengyun.gateways.callback_keys import key_of, sender_named

TOLD = """\
ChirpStack    {at}chirpstack
              请求头 Authorization: Bearer 这个账号的令牌
OneNET        {at}onenet/{name}
              Token {onenet}，明文模式
华为 IoTDA    {at}iotda/{name}/{iotda}
              地址里有口令，不要给别人看"""


class Command(BaseCommand):
    help = "打印一个报送账号的平台回调地址和口令。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="报送平台的账号")
        parser.add_argument("--url", default="http://网关地址", help="平台怎样访问网关")

    def handle(self, *args: Any, **options: Any) -> None:
        sender = sender_named(options["account"])
        if sender is None:
            raise CommandError(
                f"没有账号「{options['account']}」，或它没有「报送监测读数」的权限。"
            )
        told = TOLD.format(
            at=f"{options['url'].rstrip('/')}/callbacks/",
            name=sender.username,
            onenet=key_of("onenet", sender),
            iotda=key_of("iotda", sender),
        )
        self.stdout.write(told)
