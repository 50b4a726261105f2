"""What people declare: permissions and audited acts."""

from chengyun.kernel import registry
from chengyun.kernel.specs import Act, Field, Param, Permission
from chengyun.kernel.ui.specs import Landmark

registry.add(
    Permission(key="people.view", label="查看机构人员", group="应用维护"),
    Permission(key="people.unit.change", label="维护机构", group="应用维护"),
    Permission(key="people.user.change", label="维护用户", group="应用维护"),
    Permission(key="people.post.give", label="任免岗位", group="应用维护"),
    Permission(key="people.role.change", label="维护角色", group="应用维护"),
    Permission(key="people.binding.change", label="指定责任人", group="应用维护"),
    Permission(key="people.phone.view", label="查看完整电话", group="个人信息"),
    Act(key="user.login", label="登录"),
    Act(key="user.login_failed", label="登录失败"),
    Act(key="user.lock", label="锁定账号"),
    Act(key="user.logout", label="退出"),
    Act(key="user.add", label="新增用户"),
    Act(key="user.change", label="修改用户"),
    Act(key="user.password", label="修改密码"),
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
    Act(key="binding.end", label="解除责任人"),
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
        key="login.token_hours",
        label="用密码换取的接口令牌有效期",
        default=12,
        group="登录与密码",
        field=Field(
            key="login.token_hours", label="有效期", kind="int", minimum=1, maximum=720, unit="小时"
        ),
    ),
    Landmark(key="me", label="个人设置", url="people:me"),
    Landmark(key="logout", label="退出", url="people:logout"),
)
