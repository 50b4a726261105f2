"""What people declare: permissions and audited acts."""

from datetime import timedelta

from chengyun.city.people import jobs as _jobs  # noqa: F401 - declares the periodic work
from chengyun.city.people import stations
from chengyun.city.people.chiefs import CHIEF_KINDS, own_kinds_fault
from chengyun.city.people.models import StationVisit
from chengyun.city.people.models.users import DEMANDING
from chengyun.city.people.queries import roles
from chengyun.city.people.roles import keys_in
from chengyun.city.people.services import networks
from chengyun.city.people.shifts import shifts_fault
from chengyun.kernel import files, registry
from chengyun.kernel.specs import Act, Field, Param, Periodic, Permission
from chengyun.kernel.ui.specs import Landmark


def roles_fault(text: object) -> str:
    """Why these are no keys of roles in use, "" when they are."""
    keys = keys_in(str(text))
    unknown = sorted(keys - {role.key for role in roles()}) if keys else []
    return f"没有「{'、'.join(unknown)}」这样的角色代号。" if unknown else ""


files.readable(StationVisit, stations.may_read)

registry.add(
    Permission(key="people.view", label="查看机构人员", group="应用维护"),
    Permission(key="people.unit.change", label="维护机构", group="应用维护"),
    Permission(key="people.user.change", label="维护用户", group="应用维护"),
    Permission(key="people.second_factor.end", label="取消他人的两步验证", group="应用维护"),
    Permission(key="people.post.give", label="任免岗位、解锁账号", group="应用维护"),
    Permission(key="people.role.change", label="维护角色", group="应用维护"),
    Permission(key="people.binding.change", label="指定责任人", group="应用维护"),
    Permission(key="duty.record", label="上岗签到与轨迹", group="在岗"),
    Permission(key="duty.view", label="查看在岗人员轨迹、巡查", group="在岗"),
    Permission(key="walk.record", label="马路办公", group="在岗"),
    Permission(key="patrol.point.change", label="维护必到点", group="在岗"),
    Permission(key="patrol.judge", label="认定漏报", group="在岗"),
    Permission(key="station.change", label="维护社区服务站", group="社区"),
    Permission(key="station.visit", label="记录社区走访", group="社区"),
    Permission(key="people.phone.view", label="查看完整电话", group="个人信息"),
    Act(key="user.login", label="登录"),
    Act(key="user.login_failed", label="登录失败"),
    Act(key="user.lock", label="锁定账号"),
    Act(key="user.logout", label="退出"),
    Act(key="network.block", label="暂停网络地址登录"),
    Act(key="user.add", label="新增用户"),
    Act(key="user.change", label="修改用户"),
    Act(key="user.password", label="修改密码"),
    Act(key="user.second_factor_on", label="开启两步验证"),
    Act(key="user.second_factor_off", label="取消两步验证"),
    Act(key="user.end", label="停用用户"),
    Act(key="user.unlock", label="解锁账号"),
    Act(key="user.post", label="任职"),
    Act(key="user.post_end", label="免职"),
    Act(key="unit.add", label="新增机构"),
    Act(key="unit.change", label="修改机构"),
    Act(key="unit.end", label="撤销机构"),
    Act(key="role.add", label="新增角色"),
    Act(key="role.change", label="修改角色"),
    Act(key="token.issue", label="签发接口令牌"),
    Act(key="token.revoke", label="吊销接口令牌"),
    Act(key="binding.add", label="指定责任人"),
    Act(key="binding.substitute", label="安排替班"),
    Act(key="binding.reschedule", label="调整班次"),
    Act(key="binding.end", label="解除责任人"),
    Act(key="duty.begin", label="上岗"),
    Act(key="duty.end", label="下岗"),
    Act(key="walk.begin", label="开始马路办公"),
    Act(key="walk.end", label="结束马路办公"),
    Act(key="patrol.point.add", label="新增必到点"),
    Act(key="patrol.point.end", label="停用必到点"),
    Act(key="station.open", label="登记社区服务站"),
    Act(key="station.change", label="修改社区服务站"),
    Act(key="station.close", label="撤销社区服务站"),
    Act(key="station.assign", label="派驻社区队员"),
    Act(key="station.release", label="撤回社区队员"),
    Act(key="station.visit", label="走访社区"),
)

registry.add(
    Param(
        key="login.tries",
        label="连续输错几次密码后锁定",
        default=5,
        group="登录与密码",
        field=Field(key="login.tries", label="次数", kind="int", minimum=3, maximum=20, unit="次"),
    ),
    Param(
        key="login.lock_minutes",
        label="锁定时长",
        default=15,
        group="登录与密码",
        field=Field(
            key="login.lock_minutes", label="时长", kind="int", minimum=5, maximum=1440, unit="分钟"
        ),
    ),
    Param(
        key="login.network_tries",
        label="一个网络地址失败几次后暂停登录",
        default=50,
        group="登录与密码",
        field=Field(
            key="login.network_tries", label="次数", kind="int", minimum=10, maximum=5000, unit="次"
        ),
        by_area=False,
    ),
    Param(
        key="login.network_minutes",
        label="网络地址失败次数的累计时间，也是暂停的时长",
        default=15,
        group="登录与密码",
        field=Field(
            key="login.network_minutes",
            label="时长",
            kind="int",
            minimum=5,
            maximum=1440,
            unit="分钟",
        ),
        by_area=False,
    ),
    Param(
        key=DEMANDING,
        label="必须开启两步验证的角色",
        default="",
        group="登录与密码",
        field=Field(
            key=DEMANDING,
            label="角色代号",
            max_length=300,
            hint="写角色代号，用逗号分开，例如 admin, security, auditor；空着就不要求",
        ),
        by_area=False,
        check=roles_fault,
    ),
    Param(
        key="login.token_hours",
        label="用密码换取的接口令牌有效期",
        default=12,
        group="登录与密码",
        field=Field(
            key="login.token_hours", label="有效期", kind="int", minimum=1, maximum=720, unit="小时"
        ),
    ),
    Periodic(
        key="login.tidy",
        label="清理过期的登录限制",
        every=timedelta(minutes=30),
        run=networks.tidy_up,
    ),
    Param(
        key="duty.track_days",
        label="轨迹保存多久",
        default=90,
        group="在岗",
        field=Field(
            key="duty.track_days", label="天数", kind="int", minimum=1, maximum=3660, unit="天"
        ),
        by_area=False,
    ),
    Param(
        key="duty.longest_hours",
        label="忘记下岗时几小时后自动下岗",
        default=16,
        group="在岗",
        field=Field(
            key="duty.longest_hours", label="时长", kind="int", minimum=1, maximum=48, unit="小时"
        ),
        by_area=False,
    ),
    Param(
        key="patrol.shifts",
        label="班次",
        default="平时 08:30-17:30；早班 06:00-14:00；中班 14:00-22:00；夜班 22:00-06:00",
        group="巡查",
        field=Field(
            key="patrol.shifts",
            label="班次",
            max_length=300,
            hint="写成「早班 06:00-14:00」，用分号分开；第一个是没有写班次的人的",
        ),
        by_area=False,
        check=shifts_fault,
    ),
    Param(
        key="patrol.reach",
        label="离路多近算巡查到",
        default=30,
        group="巡查",
        field=Field(
            key="patrol.reach", label="距离", kind="int", minimum=5, maximum=500, unit="米"
        ),
    ),
    Param(
        key="patrol.edge",
        label="出责任区多远算越界",
        default=50,
        group="巡查",
        field=Field(
            key="patrol.edge", label="距离", kind="int", minimum=0, maximum=2000, unit="米"
        ),
    ),
    Param(
        key="patrol.gap",
        label="多久没有位置算中断",
        default=5,
        group="巡查",
        field=Field(key="patrol.gap", label="时长", kind="int", minimum=1, maximum=60, unit="分钟"),
    ),
    Param(
        key="patrol.apart",
        label="再到同一个必到点，隔多久算又一次",
        default=30,
        group="巡查",
        field=Field(
            key="patrol.apart", label="时长", kind="int", minimum=5, maximum=720, unit="分钟"
        ),
    ),
    Param(
        key="patrol.coarsest",
        label="误差超过多少的位置不算",
        default=60,
        group="巡查",
        field=Field(
            key="patrol.coarsest", label="误差", kind="int", minimum=5, maximum=1000, unit="米"
        ),
    ),
    Param(
        key=CHIEF_KINDS,
        label="本市另设的各类长",
        default="",
        group="责任人",
        field=Field(
            key=CHIEF_KINDS,
            label="名称",
            max_length=120,
            hint="路长、街长之外的，用顿号分开，例如：巷长、楼长；一个地点可以有几种长",
        ),
        by_area=False,
        check=own_kinds_fault,
    ),
    Landmark(key="me", label="个人设置", url="people:me"),
    Landmark(key="logout", label="退出", url="people:logout"),
)
