"""``chengyun init``: make a city that is not a demo."""

from __future__ import annotations

import csv
import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chengyun.city.places.specs import RegionRow, trimmed
from chengyun.kernel.errors import Refusal
from chengyun.kernel.installation import installation
from chengyun.systems.maintenance.services.founding import Founded, Founding, found_city

ASKED = {
    "name": "城市名称（例如 聊城市）",
    "area": "区划代码（市 4 位，区县 6 位）",
    "admin": "管理员账号（小写字母开头）",
    "person": "管理员姓名",
}


class Command(BaseCommand):
    help = "建一个正式城市：角色、类别目录、流程、工作日历和第一个管理员。缺的会问。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        for key, words in ASKED.items():
            parser.add_argument(f"--{key}", default="", help=words)
        parser.add_argument(
            "--bureau", default="", help="主管部门名称，不写就是城市名称加「城市管理局」"
        )
        parser.add_argument(
            "--password-file", type=Path, help="第一行是管理员密码的文件；- 是标准输入"
        )
        parser.add_argument("--regions", type=Path, help="行政区划表：CSV，列 code 和 name")

    def handle(self, *args: Any, **options: Any) -> None:
        city = installation()
        if city:
            kind = "演示城市" if city.demo else "正式城市"
            self.stdout.write(f"{city.name}（{kind}）已经建好了，什么也没有改。")
            return
        given = {key: options[key] or ask(key) for key in ASKED}
        plan = Founding(
            name=given["name"],
            area=given["area"],
            bureau=options["bureau"] or f"{given['name']}城市管理局",
            username=given["admin"],
            person=given["person"],
            password=password(options["password_file"]),
            regions=regions(options["regions"]) if options["regions"] else (),
        )
        try:
            made = found_city(plan)
        except Refusal as refusal:
            raise CommandError(f"{refusal.message}什么也没有建。") from refusal
        self.stdout.write(told(made, plan))


def told(made: Founded, plan: Founding) -> str:
    """What was made, in a few lines."""
    years = "、".join(map(str, made.years)) or "没有"
    return (
        f"{made.city.name}建好了：角色 {made.roles} 个，类别 {made.classes} 个，"
        f"区划 {made.regions} 个，放假安排 {years} 年。\n"
        f"用 {plan.username} 登录，先在「应用维护」里建机构和用户，再把安全管理员、审计管理员授予另外两个人。"
    )


def ask(key: str) -> str:
    """Ask for what the command line left out, if somebody is there to answer."""
    if not sys.stdin.isatty():
        raise CommandError(f"缺 --{key}：{ASKED[key]}。")
    return input(f"{ASKED[key]}：").strip()


def password(file: Path | None) -> str:
    """The password from a file or from the keyboard, never from the command line."""
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise CommandError("缺 --password-file：管理员密码从文件读，不写在命令行里。")
    first = getpass.getpass("管理员密码（至少 10 位）：")
    if first != getpass.getpass("再输一次："):
        raise CommandError("两次输入的密码不一样。")
    return first


def _first_line(file: Path) -> str:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"密码文件 {file} 读不出来：{error}") from error
    return text.partition("\n")[0].strip()


def regions(file: Path) -> list[RegionRow]:
    """The rows of a table of regions; codes may carry their trailing zeros."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"区划表 {file} 读不出来：{error}") from error
    if not rows or not {"code", "name"} <= rows[0].keys():
        raise CommandError(f"区划表 {file} 要有 code 和 name 两列。")
    return [
        RegionRow(
            code=trimmed((row["code"] or "").strip()), name=(row["name"] or "").strip(), number=n
        )
        for n, row in enumerate(rows, start=1)
    ]
